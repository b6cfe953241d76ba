/// Whether the service can decide now.
actor Readiness {
  /// What was checked, and how it is.
  struct Report: Encodable, Sendable {
    enum Status: String, Encodable, Sendable {
      case ok
      /// Open runs go on, something else does not.
      case warning
      case failed
    }

    struct Check: Encodable, Sendable {
      let name: String
      let status: Status
      let message: String
    }

    let status: String
    let checks: [Check]

    var isReady: Bool { !checks.contains { $0.status == .failed } }

    init(checks: [Check]) {
      self.checks = checks
      status = checks.contains { $0.status == .failed } ? "unavailable" : "ready"
    }
  }

  private let store: RunStore
  private let library: ControllerLibrary
  private let certificates: CertificateKeeper?
  private let deadline: Duration
  private var latest: (report: Report, time: ContinuousClock.Instant)?
  /// The controllers seen so far: one that disappears is told.
  private var known: Set<String> = []

  /// How long a report holds: a check writes to the disk.
  private static let lifetime = Duration.seconds(1)

  /// - Parameters:
  ///   - store: Is asked to write.
  ///   - library: Is looked through.
  ///   - certificates: Is asked how long clients will accept it.
  ///   - deadline: How long a write may take.
  init(
    store: RunStore, library: ControllerLibrary, certificates: CertificateKeeper? = nil,
    deadline: Duration = .seconds(3)
  ) {
    self.store = store
    self.library = library
    self.certificates = certificates
    self.deadline = deadline
  }

  /// The state of database and checkpoints, at most a second old.
  func report() async -> Report {
    if let latest, .now - latest.time < Self.lifetime { return latest.report }
    var checks = [await database()]
    checks.append(await checkpoints())
    if let loss = store.loss {
      checks.append(Report.Check(name: "ledger", status: .warning, message: loss.description))
    }
    if let warning = certificates?.certificate.warning() {
      checks.append(Report.Check(name: "certificate", status: .warning, message: warning))
    }
    let report = Report(checks: checks)
    latest = (report, .now)
    return report
  }

  private func database() async -> Report.Check {
    switch await Self.answer(of: store, within: deadline) {
    case .success: Report.Check(name: "database", status: .ok, message: "A write was committed.")
    case .failure(let error): Report.Check(name: "database", status: .failed, message: error.description)
    case nil:
      Report.Check(
        name: "database", status: .failed,
        message:
          "A write was not committed within \(deadline); the disk hangs, or more waits than it can take.")
    }
  }

  /// What a probe said; nil when it said nothing in time, as on a disk that hangs.
  ///
  /// The probe then goes on by itself.
  private static func answer(of store: RunStore, within deadline: Duration) async -> Result<
    Void, ServiceError
  >? {
    let (answers, continuation) = AsyncStream.makeStream(of: Result<Void, ServiceError>?.self)
    Task {
      do throws(ServiceError) {
        try await store.probe()
        continuation.yield(.success(()))
      } catch {
        continuation.yield(.failure(error))
      }
    }
    let alarm = Task {
      try await Task.sleep(for: deadline)
      continuation.yield(nil)
    }
    defer { alarm.cancel() }
    for await answer in answers { return answer }
    return nil
  }

  private func checkpoints() async -> Report.Check {
    func check(_ status: Report.Status, _ message: String) -> Report.Check {
      Report.Check(name: "checkpoints", status: status, message: message)
    }
    do {
      let contents = try await library.contents()
      let names = Set(contents.controllers.map(\.name))
      known.formUnion(names)
      let missing = known.subtracting(names).sorted()
      if !missing.isEmpty {
        return check(
          .warning,
          "No longer usable: \(missing.joined(separator: ", ")). Their open runs go on with the copies in the "
            + "database; restore the files to open new ones.")
      }
      if let damaged = contents.damaged.first { return check(.warning, damaged.problem) }
      if names.isEmpty { return check(.warning, "The folder holds no checkpoint: no run can be opened.") }
      return check(.ok, "\(names.count) controllers can be used.")
    } catch {
      return check(.failed, error.description)
    }
  }
}
