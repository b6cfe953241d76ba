import Files
import Foundation
import Logging
import MetaLR
import NIOConcurrencyHelpers

/// All runs and their decisions, on disk before anybody is told of them.
///
/// What may happen to a run is decided here, in one way for both databases; see ``StoreBackend``.
final class RunStore: Sendable {
  private let backend: any StoreBackend
  private let rules: RunRules
  let clock: @Sendable () -> Int64
  private let writer: GroupCommit
  /// The first sign of a damaged file: pages that are whole still serve, but ``probe()`` tells from then on.
  private let damage = NIOLockedValueBox<ServiceError?>(nil)

  /// Opens the database.
  ///
  /// - Parameters:
  ///   - path: The file, created when missing, or the address of a PostgreSQL database.
  ///   - metrics: Told of commits.
  ///   - logger: Told of commits that failed.
  ///   - rules: Those of runs that are opened from now on.
  ///   - clock: The time, in milliseconds since 1970.
  ///   - afterCommit: Told what each commit changed, in order.
  /// - Throws: `FileError` when the database cannot be used.
  init(
    path: String, metrics: StoreMetrics, logger: Logger, rules: RunRules,
    clock: @escaping @Sendable () -> Int64 = Timestamp.now,
    afterCommit: @escaping @Sendable ([RunEvent]) -> Void
  ) throws(FileError) {
    let backend: any StoreBackend
    if let address = PostgresAddress(path) {
      backend = try PostgresBackend(address)
    } else {
      backend = try SQLiteBackend(path: path)
    }
    self.backend = backend
    self.rules = rules
    self.clock = clock
    for notice in backend.notices { logger.notice("\(notice)") }
    if let loss = backend.loss { logger.error("\(loss)") }
    do {
      var olds = 0
      try backend.transaction(.none) { transaction in
        // Nobody said of runs from before that they may be learned from.
        olds = try transaction.adopt(rules.learning(false))
        return 0
      }
      if olds > 0 {
        logger.warning(
          "open runs were begun by a build that decides by other rules; from a rewind on they get the rates of this one",
          metadata: ["runs": "\(olds)", "rules": "\(RunRules.decisionVersion)"])
      }
    } catch {
      throw FileError(storePath: path, error)
    }
    writer = GroupCommit(
      backend: backend, staged: StagedRuns(), metrics: metrics, logger: logger,
      afterCommit: { events in
        backend.announce(events)
        afterCommit(events)
      })
  }

  /// Opens a run.
  ///
  /// - Parameters:
  ///   - request: What the client asked for, validated.
  ///   - owner: The name of its token.
  ///   - requestKey: The client's own name for this request, nil for none: the same key opens one run.
  ///   - controller: Decides.
  ///   - limit: Open runs that an owner may have.
  ///   - learns: Whether controllers may learn from it; nil, the default, for what the rules say.
  /// - Returns: The run, and whether it is new.
  /// - Throws: ``ServiceError`` past the limit, or when the key opened another run.
  func open(
    _ request: RunRequest, owner: String, requestKey: String?, controller: LoadedController, limit: Int,
    learns: Bool? = nil
  ) async throws(ServiceError) -> (run: Run, isNew: Bool) {
    let id = Self.newIdentifier()
    let rules = rules.learning(learns)
    let now = clock()
    let created = Date().ISO8601Format()
    return try await write(.owner(owner)) { transaction, staged in
      if let requestKey, let run = try transaction.run(ofRequest: requestKey, owner: owner) {
        guard run.request == request else { throw ServiceError.requestKeyUsed(requestKey, run.id) }
        return (try staged.run(run.id, of: .owner(owner), transaction), false)
      }
      try Self.requireRoom(owner, limit, transaction)
      try transaction.insertController(controller)
      let key = try transaction.insertRun(
        id: id, owner: owner, requestKey: requestKey, request: request, hash: controller.hash,
        created: created, touched: now, rules: rules)
      let run = Run(
        key: key, id: id, owner: owner, request: request, controllerHash: controller.hash, created: created,
        rules: rules, decisionVersion: RunRules.decisionVersion, status: .open, rewinds: 0,
        touched: now, last: nil)
      staged.stage(run, id: id, event: RunEvent(change: .opened, run: run))
      return (run, true)
    }
  }

  private static func requireRoom(
    _ owner: String, _ limit: Int, _ transaction: any RunTransaction
  ) throws {
    guard try transaction.openRuns(of: owner) < limit else { throw ServiceError.tooManyRuns(limit) }
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
    return try await write(.run(id)) { transaction, staged in
      var run = try staged.run(id, of: reach, transaction)
      let statusBefore = run.status
      let earlier =
        run.isInThePast(observation)
        ? try transaction.decision(run.key, at: observation.step) : nil
      let controller = try staged.controller(of: run, transaction)
      let (decision, row) = try run.answer(
        observation, earlier: earlier, controller: controller, now: now)
      guard let row else { return decision }
      if statusBefore == .abandoned { try Self.requireRoom(run.owner, limit, transaction) }
      try transaction.insert(row, link: decision.link, of: run.key)
      if run.status != statusBefore { try transaction.update(run) }
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
    return try await write(.run(id)) { transaction, staged in
      var run = try staged.run(id, of: reach, transaction)
      let before = run
      let decision = try transaction.decision(run.key, at: step)
      // Of a run without decisions, step 0 is the beginning.
      guard decision != nil || (step == 0 && run.last == nil) else {
        throw ServiceError.notDecided(step, last: run.last)
      }
      try run.rewind(to: decision, now: now)
      guard run != before else { return run }
      if before.status != .open, run.status == .open {
        try Self.requireRoom(run.owner, limit, transaction)
      }
      try transaction.deleteDecisions(run.key, after: step)
      try transaction.update(run)
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
    try await write(.run(id)) { transaction, staged in
      var run = try staged.run(id, of: reach, transaction)
      guard try transaction.decision(run.key, at: step) != nil,
        let middle = try transaction.decision(run.key, beforeLatest: RetentionQueries.slice, after: step)
      else { return false }
      if run.status != .open { try Self.requireRoom(run.owner, limit, transaction) }
      try transaction.deleteDecisions(run.key, after: middle.step)
      run.last = middle
      staged.stage(run, id: id)
      return true
    }
  }

  /// Ends a run.
  func finish(_ id: String, of reach: Reach) async throws(ServiceError) -> Run {
    let now = clock()
    return try await write(.run(id)) { transaction, staged in
      var run = try staged.run(id, of: reach, transaction)
      let before = run
      run.finish(now: now)
      guard run != before else { return run }
      try transaction.update(run)
      staged.stage(run, id: id, event: RunEvent(change: .finished, run: run))
      return run
    }
  }

  /// Deletes a run: at once for everybody, and from the disk by ``sweep()``.
  func delete(_ id: String, of reach: Reach) async throws(ServiceError) {
    try await write(.run(id)) { transaction, staged in
      let run = try staged.run(id, of: reach, transaction)
      try transaction.hide(run)
      staged.stage(nil, id: id, event: RunEvent(change: .deleted, run: run))
    }
  }

  /// The run that a client's own name for its request opened; nil for none.
  ///
  /// - Throws: ``ServiceError`` when it was opened with other values.
  func run(
    ofRequest requestKey: String, _ request: RunRequest, owner: String
  ) async throws(ServiceError) -> Run? {
    let run = try await read { try $0.run(ofRequest: requestKey, owner: owner) }
    if let run, run.request != request { throw .requestKeyUsed(requestKey, run.id) }
    return run
  }

  /// One run.
  func run(_ id: String, of reach: Reach) async throws(ServiceError) -> Run {
    let run = try await read { try $0.run(id) }
    guard let run, reach.includes(run.owner) else { throw .unknownRun(id) }
    return run
  }

  /// The runs that match a filter, the newest first.
  func runs(_ filter: RunFilter, of reach: Reach) async throws(ServiceError) -> [Run] {
    try await read { try $0.runs(filter, of: reach) }
  }

  /// Decisions of a run after a step, in order.
  func decisions(_ run: Run, after step: Int, limit: Int) async throws(ServiceError) -> [StoredDecision] {
    try await read { try $0.decisions(run.key, after: step, limit: limit) }
  }

  /// Writes and syncs one row.
  ///
  /// - Throws: ``ServiceError`` when decisions could not be stored now either.
  func probe() async throws(ServiceError) {
    if let damage = damage.withLockedValue({ $0 }) { throw damage }
    try await write { transaction, _ in try transaction.beat() }
  }

  /// How many runs there are of each status.
  func counts() async throws(ServiceError) -> [String: Int] {
    try await read { try $0.counts() }
  }

  /// Requests that wait for the writer.
  var waiting: Int { writer.depth }

  /// Bytes of the database, by part.
  func sizes() async -> [(name: String, bytes: Int)] { await backend.sizes() }

  /// Whether other instances work on the database too.
  var isShared: Bool { backend.isShared }

  /// What other instances did, for one reader; nil where there are none.
  var news: AsyncStream<PostgresBulletin.News>? { backend.news }

  /// What the start found to be missing; nil for nothing.
  var loss: Ledger.Loss? { backend.loss }

  /// Does what waits, then closes the database.
  func close() {
    writer.close()
    backend.close()
  }

  func write<Value: Sendable>(
    _ locks: RunLocks = .none,
    _ work: @escaping @Sendable (any RunTransaction, inout StagedRuns) throws -> Value
  ) async throws(ServiceError) -> Value {
    do {
      return try await writer.submit(locks, work)
    } catch {
      throw remembered(error)
    }
  }

  func read<Value: Sendable>(
    _ query: @escaping @Sendable (any RunTransaction) throws -> Value
  ) async throws(ServiceError) -> Value {
    do {
      return try await backend.read(query)
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
