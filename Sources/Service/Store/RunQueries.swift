import Foundation
import GRDB
import MetaLR

/// Every statement of the service: values go in as arguments, never as text.
enum RunQueries {
  private static let runColumns = """
    key, id, owner, controller, controllerHash, initialLearningRate, totalSteps, interval, labels, created, \
    status, rewinds, touched, decisionVersion, (SELECT rules.rules FROM rules WHERE rules.key = runs.rules) AS rules
    """
  private static let decisionColumns = """
    step, observation, learningRate, scale, verdict, source, outOfDistribution, state, time, link
    """

  static func run(_ id: String, _ database: Database) throws -> Run? {
    try Row.fetchOne(
      database.cachedStatement(sql: "SELECT \(runColumns) FROM runs WHERE id = ? AND deleted = 0"),
      arguments: [id]
    ).map { try run($0, database) }
  }

  static func run(ofRequest requestKey: String, owner: String, _ database: Database) throws -> Run? {
    try Row.fetchOne(
      database, sql: "SELECT \(runColumns) FROM runs WHERE owner = ? AND requestKey = ?",
      arguments: [owner, requestKey]
    ).map { try run($0, database) }
  }

  /// The run of a row.
  static func run(at key: Int64, _ database: Database) throws -> Run? {
    try Row.fetchOne(
      database.cachedStatement(sql: "SELECT \(runColumns) FROM runs WHERE key = ?"), arguments: [key]
    ).map { try run($0, database) }
  }

  /// The runs that match, the newest first.
  static func runs(_ filter: RunFilter, of reach: Reach, _ database: Database) throws -> [Run] {
    let (conditions, arguments) = filter.conditions(of: reach)
    return try Row.fetchAll(
      database,
      sql: """
        SELECT \(runColumns) FROM runs WHERE \(conditions) ORDER BY key DESC LIMIT ?
        """, arguments: arguments + [filter.limit]
    ).map { try run($0, database) }
  }

  /// What keeps rows to those within reach.
  static func condition(on reach: Reach) -> (conditions: [String], arguments: StatementArguments) {
    guard case .owners(let names) = reach else { return ([], []) }
    let marks = names.map { _ in "?" }.joined(separator: ", ")
    return (["owner IN (\(marks))"], StatementArguments(names.sorted()))
  }

  static func openRuns(of owner: String, _ database: Database) throws -> Int {
    try Int.fetchOne(
      database, sql: "SELECT count(*) FROM runs WHERE owner = ? AND status = 'open' AND deleted = 0",
      arguments: [owner]) ?? 0
  }

  static func decision(_ run: Int64, at step: Int, _ database: Database) throws -> StoredDecision? {
    try Row.fetchOne(
      database.cachedStatement(
        sql: "SELECT \(decisionColumns) FROM decisions WHERE run = ? AND step = ?"), arguments: [run, step]
    ).map(decision)
  }

  /// The decisions after a step, in order.
  static func decisions(_ run: Int64, after step: Int, limit: Int, _ database: Database) throws
    -> [StoredDecision]
  {
    try Row.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT \(decisionColumns) FROM decisions WHERE run = ? AND step > ? ORDER BY step LIMIT ?
          """), arguments: [run, step, limit]
    ).map(decision)
  }

  /// The decision before the latest `count` ones of those after a step; nil where there are no more.
  static func decision(_ run: Int64, beforeLatest count: Int, after step: Int, _ database: Database) throws
    -> StoredDecision?
  {
    try Row.fetchOne(
      database,
      sql: """
        SELECT \(decisionColumns) FROM decisions WHERE run = ? AND step > ? ORDER BY step DESC LIMIT 1 OFFSET ?
        """, arguments: [run, step, count]
    ).map(decision)
  }

  static func checkpoint(_ hash: String, _ database: Database) throws -> Data? {
    try Data.fetchOne(database, sql: "SELECT checkpoint FROM controllers WHERE hash = ?", arguments: [hash])
  }

  static func insertController(_ controller: LoadedController, _ database: Database) throws {
    try database.execute(
      sql: "INSERT OR IGNORE INTO controllers (hash, name, checkpoint) VALUES (?, ?, ?)",
      arguments: [controller.hash, controller.name, controller.data])
  }

  /// - Returns: The new row's key.
  static func insertRun(
    id: String, owner: String, requestKey: String?, request: RunRequest, hash: String, created: String,
    touched: Int64, rules: RunRules, _ database: Database
  ) throws -> Int64 {
    let rulesKey = try key(of: rules, database)
    try database.execute(
      sql: """
        INSERT INTO runs (id, owner, requestKey, controller, controllerHash, initialLearningRate, totalSteps, \
        interval, labels, created, touched, rules, decisionVersion, status) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')
        """,
      arguments: [
        id, owner, requestKey, request.controller, hash, request.initialLearningRate, request.totalSteps,
        request.interval, String(decoding: JSONEncoder().encode(request.labels), as: UTF8.self), created,
        touched, rulesKey, RunRules.decisionVersion,
      ])
    return database.lastInsertedRowID
  }

  /// Gives runs from before rules were stored those of this service.
  ///
  /// - Returns: How many open runs were begun by a build that decides by other rules.
  static func adopt(_ rules: RunRules, _ database: Database) throws -> Int {
    if try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM runs WHERE rules IS NULL)") == true {
      try database.execute(
        sql: "UPDATE runs SET rules = ? WHERE rules IS NULL", arguments: [key(of: rules, database)])
    }
    return try Int.fetchOne(
      database, sql: "SELECT count(*) FROM runs WHERE status = 'open' AND decisionVersion <> ?",
      arguments: [RunRules.decisionVersion]) ?? 0
  }

  /// The row of these rules; equal rules share one.
  private static func key(of rules: RunRules, _ database: Database) throws -> Int64? {
    let text = rules.stored
    try database.execute(sql: "INSERT OR IGNORE INTO rules (rules) VALUES (?)", arguments: [text])
    return try Int64.fetchOne(database, sql: "SELECT key FROM rules WHERE rules = ?", arguments: [text])
  }

  static func insert(
    _ decision: DecisionChain.Columns, link: [UInt8], of run: Int64, _ database: Database
  ) throws {
    try database.cachedStatement(
      sql: "INSERT INTO decisions (run, \(decisionColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [
      run, decision.step, Data(decision.observation), decision.learningRate, decision.scale, decision.verdict,
      decision.source, decision.outOfDistribution, Data(decision.state), decision.time, Data(link),
    ])
  }

  /// Stores what can change of a run's own row.
  static func update(_ run: Run, _ database: Database) throws {
    try database.execute(
      sql: "UPDATE runs SET status = ?, rewinds = ?, touched = ? WHERE key = ?",
      arguments: [run.status.rawValue, run.rewinds, run.touched, run.key])
  }

  static func deleteDecisions(_ run: Int64, after step: Int, _ database: Database) throws {
    try database.execute(
      sql: "DELETE FROM decisions WHERE run = ? AND step > ?", arguments: [run, step])
  }

  /// Writes one row, which tells whether the database can be written.
  static func beat(_ database: Database) throws {
    try database.execute(sql: "UPDATE heartbeat SET count = count + 1")
  }

  private static func run(_ row: Row, _ database: Database) throws -> Run {
    let key: Int64 = row["key"]
    let labels: String = row["labels"]
    guard let status = RunStatus(rawValue: row["status"]), let rules = RunRules(stored: row["rules"] ?? ""),
      let labels = try? JSONDecoder().decode([String: String].self, from: Data(labels.utf8))
    else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "unreadable run \(key)") }
    return Run(
      key: key, id: row["id"], owner: row["owner"],
      request: RunRequest(
        controller: row["controller"], initialLearningRate: row["initialLearningRate"],
        totalSteps: row["totalSteps"], interval: row["interval"], labels: labels),
      controllerHash: row["controllerHash"], created: row["created"], rules: rules,
      decisionVersion: row["decisionVersion"], status: status, rewinds: row["rewinds"],
      touched: row["touched"], last: try lastDecision(key, database))
  }

  private static func lastDecision(_ run: Int64, _ database: Database) throws -> StoredDecision? {
    try Row.fetchOne(
      database.cachedStatement(
        sql: "SELECT \(decisionColumns) FROM decisions WHERE run = ? ORDER BY step DESC LIMIT 1"),
      arguments: [run]
    ).map(decision)
  }

  private static func decision(_ row: Row) throws -> StoredDecision {
    let observation: Data = row["observation"]
    let state: Data = row["state"]
    let link: Data? = row["link"]
    guard let observation = ReportedObservation(step: row["step"], stored: observation),
      let verdict = Verdict(rawValue: row["verdict"]), let state = GuardedController.State(stored: state)
    else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "unreadable decision") }
    return StoredDecision(
      observation: observation,
      answer: GuardedDecision(
        learningRate: row["learningRate"], scale: row["scale"], verdict: verdict, source: row["source"],
        outOfDistribution: row["outOfDistribution"]),
      state: state, time: row["time"], link: Array(link ?? Data()))
  }
}
