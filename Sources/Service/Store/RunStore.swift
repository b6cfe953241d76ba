import Files
import Foundation
import GRDB
import Logging
import MetaLR
import NIOConcurrencyHelpers

/// All runs and their decisions, on disk before anybody is told of them.
final class RunStore: Sendable {
  private let file: DatabaseFile
  private let rules: RunRules
  let clock: @Sendable () -> Int64
  private let writer: GroupCommit
  /// The first sign of a damaged file: pages that are whole still serve, but ``probe()`` tells from then on.
  private let damage = NIOLockedValueBox<ServiceError?>(nil)

  /// Opens the database.
  ///
  /// - Parameters:
  ///   - path: The file; created when missing.
  ///   - metrics: Told of commits.
  ///   - logger: Told of commits that failed.
  ///   - rules: Those of runs that are opened from now on.
  ///   - clock: The time, in milliseconds since 1970.
  ///   - afterCommit: Told what each commit changed, in order.
  /// - Throws: `FileError` when the file cannot be used.
  init(
    path: String, metrics: StoreMetrics, logger: Logger, rules: RunRules,
    clock: @escaping @Sendable () -> Int64 = Timestamp.now,
    afterCommit: @escaping @Sendable ([RunEvent]) -> Void
  ) throws(FileError) {
    let file = try DatabaseFile(path: path)
    self.file = file
    self.rules = rules
    self.clock = clock
    for notice in file.notices { logger.notice("\(notice)") }
    if let loss = file.loss { logger.error("\(loss)") }
    do {
      let olds = try file.pool.write { try RunQueries.adopt(rules, $0) }
      if olds > 0 {
        logger.warning(
          "open runs were begun by a build that decides by other rules; from a rewind on they get the rates of this one",
          metadata: ["runs": "\(olds)", "rules": "\(RunRules.decisionVersion)"])
      }
    } catch {
      throw FileError(databasePath: path, error)
    }
    writer = GroupCommit(
      file: file, staged: StagedRuns(), metrics: metrics, logger: logger, afterCommit: afterCommit)
  }

  /// Opens a run.
  ///
  /// - Parameters:
  ///   - request: What the client asked for, validated.
  ///   - owner: The name of its token.
  ///   - requestKey: The client's own name for this request, nil for none: the same key opens one run.
  ///   - controller: Decides.
  ///   - limit: Open runs that an owner may have.
  /// - Returns: The run, and whether it is new.
  /// - Throws: ``ServiceError`` past the limit, or when the key opened another run.
  func open(
    _ request: RunRequest, owner: String, requestKey: String?, controller: LoadedController, limit: Int
  ) async throws(ServiceError) -> (run: Run, isNew: Bool) {
    let id = Self.newIdentifier()
    let rules = rules
    let now = clock()
    let created = Date().ISO8601Format()
    return try await write { database, staged in
      if let requestKey, let run = try RunQueries.run(ofRequest: requestKey, owner: owner, database) {
        guard run.request == request else { throw ServiceError.requestKeyUsed(requestKey, run.id) }
        return (try staged.run(run.id, of: .owner(owner), database), false)
      }
      try Self.requireRoom(owner, limit, database)
      try RunQueries.insertController(controller, database)
      let key = try RunQueries.insertRun(
        id: id, owner: owner, requestKey: requestKey, request: request, hash: controller.hash,
        created: created, touched: now, rules: rules, database)
      let run = Run(
        key: key, id: id, owner: owner, request: request, controllerHash: controller.hash, created: created,
        rules: rules, decisionVersion: RunRules.decisionVersion, status: .open, rewinds: 0,
        touched: now, last: nil)
      staged.stage(run, id: id, event: RunEvent(change: .opened, run: run))
      return (run, true)
    }
  }

  private static func requireRoom(_ owner: String, _ limit: Int, _ database: Database) throws {
    guard try RunQueries.openRuns(of: owner, database) < limit else { throw ServiceError.tooManyRuns(limit) }
  }

  /// Answers an observation: decides, or repeats what was decided.
  ///
  /// A run that was abandoned is opened again by its next observation, where there is room for it.
  ///
  /// - Throws: ``ServiceError``, see ``Run/answer(_:earlier:controller:)``.
  func answer(
    _ observation: ReportedObservation, run id: String, of reach: Reach, limit: Int
  ) async throws(ServiceError) -> StoredDecision {
    let now = clock()
    return try await write { database, staged in
      var run = try staged.run(id, of: reach, database)
      let statusBefore = run.status
      let earlier =
        run.isInThePast(observation)
        ? try RunQueries.decision(run.key, at: observation.step, database) : nil
      let controller = try staged.controller(of: run, database)
      let (decision, row) = try run.answer(
        observation, earlier: earlier, controller: controller, now: now)
      guard let row else { return decision }
      if statusBefore == .abandoned { try Self.requireRoom(run.owner, limit, database) }
      try RunQueries.insert(row, link: decision.link, of: run.key, database)
      if run.status != statusBefore { try RunQueries.update(run, database) }
      staged.stage(run, id: id, event: RunEvent(change: .decided(decision), run: run))
      return decision
    }
  }

  /// Goes back to an earlier step; later decisions are dropped, and a run that had ended may be open again.
  ///
  /// - Parameters:
  ///   - id: The run.
  ///   - step: A step that was decided, or 0 where none was.
  ///   - reach: Whose runs may be changed.
  ///   - limit: Open runs that an owner may have.
  /// - Returns: The run as it was after the decision of `step`.
  /// - Throws: ``ServiceError`` for a step that was not decided, or past the limit.
  func rewind(_ id: String, to step: Int, of reach: Reach, limit: Int) async throws(ServiceError) -> Run {
    let now = clock()
    while try await cut(id, to: step, of: reach, limit: limit) {}
    return try await write { database, staged in
      var run = try staged.run(id, of: reach, database)
      let before = run
      let decision = try RunQueries.decision(run.key, at: step, database)
      // Of a run without decisions, step 0 is the beginning.
      guard decision != nil || (step == 0 && run.last == nil) else {
        throw ServiceError.notDecided(step, last: run.last)
      }
      try run.rewind(to: decision, now: now)
      guard run != before else { return run }
      if before.status != .open, run.status == .open {
        try Self.requireRoom(run.owner, limit, database)
      }
      try RunQueries.deleteDecisions(run.key, after: step, database)
      try RunQueries.update(run, database)
      staged.stage(run, id: id, event: RunEvent(change: .rewound, run: run))
      return run
    }
  }

  /// Drops the latest decisions of a run, as many as one transaction should, where a rewind has more to drop.
  ///
  /// Each cut leaves a run that is whole, only shorter, so that one that was interrupted is completed by a retry.
  ///
  /// - Returns: Whether there is more to cut.
  private func cut(_ id: String, to step: Int, of reach: Reach, limit: Int) async throws(ServiceError) -> Bool
  {
    try await write { database, staged in
      var run = try staged.run(id, of: reach, database)
      guard try RunQueries.decision(run.key, at: step, database) != nil,
        let middle = try RunQueries.decision(
          run.key, beforeLatest: RetentionQueries.slice, after: step, database)
      else { return false }
      if run.status != .open { try Self.requireRoom(run.owner, limit, database) }
      try RunQueries.deleteDecisions(run.key, after: middle.step, database)
      run.last = middle
      staged.stage(run, id: id)
      return true
    }
  }

  /// Ends a run.
  func finish(_ id: String, of reach: Reach) async throws(ServiceError) -> Run {
    let now = clock()
    return try await write { database, staged in
      var run = try staged.run(id, of: reach, database)
      let before = run
      run.finish(now: now)
      guard run != before else { return run }
      try RunQueries.update(run, database)
      staged.stage(run, id: id, event: RunEvent(change: .finished, run: run))
      return run
    }
  }

  /// Deletes a run: at once for everybody, and from the disk by ``sweep()``.
  func delete(_ id: String, of reach: Reach) async throws(ServiceError) {
    try await write { database, staged in
      let run = try staged.run(id, of: reach, database)
      try RetentionQueries.hide(run, database)
      staged.stage(nil, id: id, event: RunEvent(change: .deleted, run: run))
    }
  }

  /// The run that a client's own name for its request opened; nil for none.
  ///
  /// - Throws: ``ServiceError`` when it was opened with other values.
  func run(
    ofRequest requestKey: String, _ request: RunRequest, owner: String
  ) async throws(ServiceError) -> Run? {
    let run = try await read { try RunQueries.run(ofRequest: requestKey, owner: owner, $0) }
    if let run, run.request != request { throw .requestKeyUsed(requestKey, run.id) }
    return run
  }

  /// One run.
  func run(_ id: String, of reach: Reach) async throws(ServiceError) -> Run {
    let run = try await read { try RunQueries.run(id, $0) }
    guard let run, reach.includes(run.owner) else { throw .unknownRun(id) }
    return run
  }

  /// The runs that match a filter, the newest first.
  func runs(_ filter: RunFilter, of reach: Reach) async throws(ServiceError) -> [Run] {
    try await read { try RunQueries.runs(filter, of: reach, $0) }
  }

  /// Decisions of a run after a step, in order.
  func decisions(_ run: Run, after step: Int, limit: Int) async throws(ServiceError) -> [StoredDecision] {
    try await read { try RunQueries.decisions(run.key, after: step, limit: limit, $0) }
  }

  /// Writes and syncs one row.
  ///
  /// - Throws: ``ServiceError`` when decisions could not be stored now either.
  func probe() async throws(ServiceError) {
    if let damage = damage.withLockedValue({ $0 }) { throw damage }
    try await write { database, _ in try RunQueries.beat(database) }
  }

  /// How many runs there are of each status.
  func counts() async throws(ServiceError) -> [String: Int] {
    try await read { database in
      let rows = try Row.fetchAll(
        database, sql: "SELECT status, count(*) AS count FROM runs WHERE deleted = 0 GROUP BY status")
      return Dictionary(rows.map { ($0["status"], $0["count"]) }) { $1 }
    }
  }

  /// Requests that wait for the writer.
  var waiting: Int { writer.depth }

  /// Bytes of the database and its log.
  var sizes: [(name: String, bytes: Int)] {
    zip(["database", "log"], DatabasePath.companions(of: file.pool.path)).map { name, path in
      (name, (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0)
    }
  }

  /// What the start found to be missing; nil for nothing.
  var loss: Ledger.Loss? { file.loss }

  /// Does what waits, then closes the database, which leaves it as one file.
  func close() {
    writer.close()
    file.close()
  }

  func write<Value: Sendable>(
    _ work: @escaping @Sendable (Database, inout StagedRuns) throws -> Value
  ) async throws(ServiceError) -> Value {
    do {
      return try await writer.submit(work)
    } catch {
      throw remembered(error)
    }
  }

  func read<Value: Sendable>(
    _ query: @escaping @Sendable (Database) throws -> Value
  ) async throws(ServiceError) -> Value {
    do {
      return try await file.pool.read(query)
    } catch {
      throw remembered(ServiceError(database: error))
    }
  }

  private func remembered(_ error: ServiceError) -> ServiceError {
    if error.code == ServiceError.corruptCode { damage.withLockedValue { $0 = $0 ?? error } }
    return error
  }

  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
  private static let identifierLength = 24

  /// 120 random bits: nobody guesses another's run, and two are never the same.
  static func newIdentifier() -> String {
    var generator = SystemRandomNumberGenerator()
    return String((0..<identifierLength).map { _ in alphabet[Int(generator.next() & 31)] })
  }

  /// Whether a text has the form of ``newIdentifier()``.
  static func isIdentifier(_ text: String) -> Bool {
    text.count == identifierLength && text.allSatisfy(alphabet.contains)
  }
}
