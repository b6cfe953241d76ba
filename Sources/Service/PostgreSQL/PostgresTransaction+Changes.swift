import Foundation

/// What changes runs, and what ends and deletes them.
extension PostgresTransaction {
  func insertController(_ controller: LoadedController) throws {
    try query(
      "INSERT INTO controllers (hash, name, checkpoint) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
      [.text(controller.hash), .text(controller.name), .bytes(Array(controller.data))])
  }

  func insertRun(
    id: String, owner: String, requestKey: String?, request: RunRequest, hash: String, created: String,
    touched: Int64, rules: RunRules
  ) throws -> Int64 {
    let text = PostgresValue.text(rules.stored)
    try query("INSERT INTO rules (rules) VALUES ($1) ON CONFLICT DO NOTHING", [text])
    let row = try query(
      """
      INSERT INTO runs (id, owner, request_key, controller, controller_hash, initial_learning_rate, total_steps, \
      step_interval, labels, created, touched, decision_version, status, rules, label_index) \
      SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::double precision, $7::bigint, $8::bigint, $9::text, \
      $10::text, $11::bigint, $12::bigint, 'open', rules.key, $14::text::jsonb FROM rules \
      WHERE rules.rules = $13 \
      RETURNING key
      """,
      [
        .text(id), .text(owner), .optional(requestKey), .text(request.controller), .text(hash),
        .real(request.initialLearningRate), .integer(Int64(request.totalSteps)),
        .integer(Int64(request.interval)),
        .text(String(decoding: JSONEncoder().encode(request.labels), as: UTF8.self)), .text(created),
        .integer(touched), .integer(Int64(RunRules.decisionVersion)), text,
        .text(PostgresConditions.labelIndex(request.labels)),
      ]
    ).first
    // Rules that were swept by another instance in between.
    guard let row else { throw PostgresError(state: "40001", message: "the rules of the run are gone") }
    return try row.integer(0)
  }

  func update(_ run: Run) throws {
    try query(
      "UPDATE runs SET status = $1, rewinds = $2, touched = $3 WHERE key = $4",
      [
        .text(run.status.rawValue), .integer(Int64(run.rewinds)), .integer(run.touched), .integer(run.key),
      ])
  }

  func deleteDecisions(_ run: Int64, after step: Int) throws {
    try query(
      "DELETE FROM decisions WHERE run = $1 AND step > $2", [.integer(run), .integer(Int64(step))])
  }

  /// Passes the row by that another instance is writing: that one shows as well that writing works.
  func beat() throws {
    try query(
      """
      UPDATE heartbeat SET count = count + 1 \
      WHERE only_row = (SELECT only_row FROM heartbeat FOR UPDATE SKIP LOCKED)
      """)
  }

  func adopt(_ rules: RunRules) throws -> Int {
    try count(
      "SELECT count(*) FROM runs WHERE status = 'open' AND decision_version <> $1",
      [.integer(Int64(RunRules.decisionVersion))])
  }

  func claimHousekeeping() throws -> Bool {
    try query("SELECT pg_try_advisory_xact_lock($1)", [.integer(PostgresSchema.housekeepingLock)]).first?
      .boolean(0) ?? false
  }

  func silent(since time: Int64, limit: Int) throws -> [(id: String, owner: String)] {
    try unheard("=", since: time, limit: limit)
  }

  func ended(before time: Int64, limit: Int) throws -> [(id: String, owner: String)] {
    try unheard("<>", since: time, limit: limit)
  }

  private func unheard(
    _ comparison: String, since time: Int64, limit: Int
  ) throws -> [(id: String, owner: String)] {
    try query(
      """
      SELECT id, owner FROM runs WHERE status \(comparison) 'open' AND NOT deleted AND touched < $1 \
      AND coalesce((SELECT time FROM decisions WHERE run = runs.key ORDER BY step DESC LIMIT 1), 0) < $1 LIMIT $2
      """, [.integer(time), .integer(Int64(limit))]
    ).map { (try $0.text(0), try $0.text(1)) }
  }

  func hide(_ run: Run) throws {
    try query("UPDATE runs SET deleted = true, request_key = NULL WHERE key = $1", [.integer(run.key)])
  }

  func hasHidden() throws -> Bool {
    try query("SELECT EXISTS (SELECT 1 FROM runs WHERE deleted)").first?.boolean(0) ?? false
  }

  func sweep() throws -> Bool {
    guard let run = try query("SELECT key FROM runs WHERE deleted LIMIT 1").first?.integer(0) else {
      return false
    }
    if let last = try query(
      "SELECT step FROM decisions WHERE run = $1 ORDER BY step LIMIT 1 OFFSET $2",
      [.integer(run), .integer(Int64(RetentionQueries.slice - 1))]
    ).first?.integer(0) {
      try query("DELETE FROM decisions WHERE run = $1 AND step <= $2", [.integer(run), .integer(last)])
      return true
    }
    try query("DELETE FROM runs WHERE key = $1", [.integer(run)])
    try query("DELETE FROM controllers WHERE NOT EXISTS (SELECT 1 FROM runs WHERE controller_hash = hash)")
    try query("DELETE FROM rules WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.rules = rules.key)")
    return true
  }

  // The server's autovacuum reuses the room of deleted rows.
  func hasFreePages() throws -> Bool { false }
  func shrink() throws -> Bool { false }
}
