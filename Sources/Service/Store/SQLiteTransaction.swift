import Foundation
import GRDB

/// A transaction of SQLite; its statements are those of ``RunQueries`` and ``RetentionQueries``.
struct SQLiteTransaction: RunTransaction {
  let database: Database

  func run(_ id: String) throws -> Run? { try RunQueries.run(id, database) }

  func run(ofRequest requestKey: String, owner: String) throws -> Run? {
    try RunQueries.run(ofRequest: requestKey, owner: owner, database)
  }

  func runs(_ filter: RunFilter, of reach: Reach) throws -> [Run] {
    try RunQueries.runs(filter, of: reach, database)
  }

  func window(_ size: Int, of reach: Reach) throws -> RunWindow {
    try RunQueries.window(size, of: reach, database)
  }

  func search(_ search: RunSearch, in window: RunWindow) throws -> FoundRuns {
    try RunQueries.search(search, in: window, database)
  }

  func groups(by grouping: RunGrouping, _ filter: RunFilter, in window: RunWindow) throws -> FoundGroups {
    try RunQueries.groups(by: grouping, filter, in: window, database)
  }

  func usage(of controller: String, in window: RunWindow) throws -> ControllerUsage {
    try RunQueries.usage(of: controller, in: window, database)
  }

  func openRuns(of owner: String) throws -> Int { try RunQueries.openRuns(of: owner, database) }

  func counts() throws -> [String: Int] {
    let rows = try Row.fetchAll(
      database, sql: "SELECT status, count(*) AS count FROM runs WHERE deleted = 0 GROUP BY status")
    return Dictionary(rows.map { ($0["status"], $0["count"]) }) { $1 }
  }

  func decision(_ run: Int64, at step: Int) throws -> StoredDecision? {
    try RunQueries.decision(run, at: step, database)
  }

  func decisions(_ run: Int64, after step: Int, limit: Int) throws -> [StoredDecision] {
    try RunQueries.decisions(run, after: step, limit: limit, database)
  }

  func decision(_ run: Int64, beforeLatest count: Int, after step: Int) throws -> StoredDecision? {
    try RunQueries.decision(run, beforeLatest: count, after: step, database)
  }

  func checkpoint(_ hash: String) throws -> Data? { try RunQueries.checkpoint(hash, database) }

  func insertController(_ controller: LoadedController) throws {
    try RunQueries.insertController(controller, database)
  }

  func insertRun(
    id: String, owner: String, requestKey: String?, request: RunRequest, hash: String, created: String,
    touched: Int64, rules: RunRules
  ) throws -> Int64 {
    try RunQueries.insertRun(
      id: id, owner: owner, requestKey: requestKey, request: request, hash: hash, created: created,
      touched: touched, rules: rules, database)
  }

  func insert(_ decision: DecisionChain.Columns, link: [UInt8], of run: Int64) throws {
    try RunQueries.insert(decision, link: link, of: run, database)
  }

  func update(_ run: Run) throws { try RunQueries.update(run, database) }

  func deleteDecisions(_ run: Int64, after step: Int) throws {
    try RunQueries.deleteDecisions(run, after: step, database)
  }

  func beat() throws { try RunQueries.beat(database) }

  func adopt(_ rules: RunRules) throws -> Int { try RunQueries.adopt(rules, database) }

  func claimHousekeeping() throws -> Bool { true }

  func silent(since time: Int64, limit: Int) throws -> [(id: String, owner: String)] {
    try RetentionQueries.silent(since: time, limit: limit, database)
  }

  func ended(before time: Int64, limit: Int) throws -> [(id: String, owner: String)] {
    try RetentionQueries.ended(before: time, limit: limit, database)
  }

  func hide(_ run: Run) throws { try RetentionQueries.hide(run, database) }

  func hasHidden() throws -> Bool {
    try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM runs WHERE deleted = 1)") ?? false
  }

  func sweep() throws -> Bool { try RetentionQueries.sweep(database) }

  func hasFreePages() throws -> Bool {
    try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0 > 0
  }

  func shrink() throws -> Bool { try RetentionQueries.shrink(database) }
}
