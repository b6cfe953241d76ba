import Foundation

/// A transaction of PostgreSQL, or a read outside of one.
///
/// In one that writes, a run is locked before it is read: another instance that was asked about the same run waits, and
/// then reads what this one committed.
final class PostgresTransaction: RunTransaction {
  let connection: PostgresConnection
  private let isWriting: Bool
  /// Runs that were locked, as they were then; nil for none of that id.
  private var locked: [String: Run?] = [:]
  /// Decisions that are stored together, before anything else is asked.
  private var pending: [(run: Int64, row: DecisionChain.Columns, link: [UInt8])] = []

  init(_ connection: PostgresConnection, isWriting: Bool) {
    self.connection = connection
    self.isWriting = isWriting
  }

  /// Executes a statement after what is pending.
  @discardableResult
  func query(_ sql: String, _ arguments: [PostgresValue] = []) throws -> PostgresRows {
    try flush()
    return try connection.query(sql, arguments)
  }

  /// Takes all locks that are known beforehand, in one order.
  func lock(_ locks: RunLocks) throws {
    if !locks.owners.isEmpty {
      try query(
        """
        SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT hashtextextended(owner, 0) AS key \
        FROM unnest($1::text[]) AS owner ORDER BY key OFFSET 0) AS keys
        """, [.texts(locks.owners.sorted())])
    }
    try lock(runs: locks.runs.filter(RunStore.isIdentifier))
  }

  private func lock(runs ids: Set<String>) throws {
    guard !ids.isEmpty else { return }
    let argument = PostgresValue.texts(ids.sorted())
    try query("SELECT key FROM runs WHERE id = ANY ($1::text[]) ORDER BY key FOR NO KEY UPDATE", [argument])
    // A statement of its own, which sees what was committed while the one before waited for a lock.
    for id in ids { locked[id] = .some(nil) }
    for run in try query(
      "\(PostgresRows.selectRuns) WHERE runs.id = ANY ($1::text[]) AND NOT runs.deleted", [argument]
    ).map({ try $0.run() }) { locked[run.id] = run }
  }

  func run(_ id: String) throws -> Run? {
    guard RunStore.isIdentifier(id) else { return nil }
    if isWriting {
      if locked[id] == nil { try lock(runs: [id]) }
      return locked[id] ?? nil
    }
    return try query("\(PostgresRows.selectRuns) WHERE runs.id = $1 AND NOT runs.deleted", [.text(id)])
      .first?.run()
  }

  func run(ofRequest requestKey: String, owner: String) throws -> Run? {
    try query(
      "\(PostgresRows.selectRuns) WHERE runs.owner = $1 AND runs.request_key = $2",
      [.text(owner), .text(requestKey)]
    ).first?.run()
  }

  func openRuns(of owner: String) throws -> Int {
    if isWriting {
      try query("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))", [.text(owner)])
    }
    return try count(
      "SELECT count(*) FROM runs WHERE owner = $1 AND status = 'open' AND NOT deleted", [.text(owner)])
  }

  func count(_ sql: String, _ arguments: [PostgresValue]) throws -> Int {
    Int(try query(sql, arguments).first?.integer(0) ?? 0)
  }

  func counts() throws -> [String: Int] {
    let rows = try query("SELECT status, count(*) FROM runs WHERE NOT deleted GROUP BY status").map {
      (try $0.text(0), Int(try $0.integer(1)))
    }
    return Dictionary(rows) { $1 }
  }

  func decision(_ run: Int64, at step: Int) throws -> StoredDecision? {
    try query(
      "SELECT \(PostgresRows.decisionColumns) FROM decisions WHERE run = $1 AND step = $2",
      [.integer(run), .integer(Int64(step))]
    ).first?.decision(from: 0)
  }

  func decisions(_ run: Int64, after step: Int, limit: Int) throws -> [StoredDecision] {
    try query(
      """
      SELECT \(PostgresRows.decisionColumns) FROM decisions WHERE run = $1 AND step > $2 ORDER BY step LIMIT $3
      """, [.integer(run), .integer(Int64(step)), .integer(Int64(limit))]
    ).map { try $0.decision(from: 0) }
  }

  func decision(_ run: Int64, beforeLatest count: Int, after step: Int) throws -> StoredDecision? {
    try query(
      """
      SELECT \(PostgresRows.decisionColumns) FROM decisions WHERE run = $1 AND step > $2 \
      ORDER BY step DESC LIMIT 1 OFFSET $3
      """, [.integer(run), .integer(Int64(step)), .integer(Int64(count))]
    ).first?.decision(from: 0)
  }

  func checkpoint(_ hash: String) throws -> Data? {
    try query("SELECT checkpoint FROM controllers WHERE hash = $1", [.text(hash)]).first.map {
      Data(try $0.bytes(0))
    }
  }

  func insert(_ decision: DecisionChain.Columns, link: [UInt8], of run: Int64) throws {
    pending.append((run, decision, link))
  }

  /// Stores what is pending, in one statement.
  func flush() throws {
    guard !pending.isEmpty else { return }
    let decisions = pending
    pending = []
    try connection.query(
      """
      INSERT INTO decisions (run, \(PostgresRows.decisionColumns)) \
      SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::double precision[], $5::double precision[], \
      $6::text[], $7::text[], $8::double precision[], $9::bytea[], $10::bigint[], $11::bytea[])
      """,
      [
        .integers(decisions.map(\.run)), .integers(decisions.map { Int64($0.row.step) }),
        .byteArrays(decisions.map(\.row.observation)), .reals(decisions.map(\.row.learningRate)),
        .reals(decisions.map(\.row.scale)), .texts(decisions.map(\.row.verdict)),
        .texts(decisions.map(\.row.source)), .reals(decisions.map(\.row.outOfDistribution)),
        .byteArrays(decisions.map(\.row.state)), .integers(decisions.map(\.row.time)),
        .byteArrays(decisions.map(\.link)),
      ])
  }
}
