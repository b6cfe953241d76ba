import Foundation

/// Lists of runs, searched, sorted, grouped and added up.
extension PostgresTransaction {
  func runs(_ filter: RunFilter, of reach: Reach) throws -> [Run] {
    var conditions = PostgresConditions(filter, of: reach)
    let limit = conditions.mark(.integer(Int64(filter.limit)))
    return try query(
      "\(PostgresRows.selectRuns) WHERE \(conditions.sql) ORDER BY runs.key DESC LIMIT \(limit)",
      conditions.arguments
    ).map { try $0.run() }
  }

  func window(_ size: Int, of reach: Reach) throws -> RunWindow {
    var conditions = PostgresConditions(reach, hidden: true)
    let limit = conditions.mark(.integer(Int64(size))) + "::bigint"
    // One more, which tells whether there are older ones.
    let row = try query(
      """
      SELECT count(*), coalesce(min(key) FILTER (WHERE place <= \(limit)), 0) FROM (SELECT key, \
      row_number() OVER (ORDER BY key DESC) AS place FROM runs WHERE \(conditions.sql) ORDER BY key DESC LIMIT \(limit) + 1) \
      AS newest
      """, conditions.arguments
    ).first
    let found = Int(try row?.integer(0) ?? 0)
    return RunWindow(
      reach: reach, count: min(found, size), oldest: try row?.integer(1) ?? 0, isPartial: found > size)
  }

  func search(_ search: RunSearch, in window: RunWindow) throws -> FoundRuns {
    let conditions = PostgresConditions(search.filter, in: window)
    let rows = try query(Self.statement(search, conditions), conditions.arguments)
    // All keys, so that one look tells how many there are too.
    let keys =
      try search.sort == .validationLoss
      ? search.keysByLoss(rows.map { (try $0.integer(0), $0.isNull(1) ? nil : Data(try $0.bytes(1))) })
      : rows.map { try $0.integer(0) }
    let shown = Array(keys.dropFirst(search.offset).prefix(search.filter.limit))
    let runs = try query(
      "\(PostgresRows.selectRuns) WHERE runs.key = ANY ($1::bigint[]) AND NOT runs.deleted",
      [.integers(shown)]
    ).map { try $0.run() }
    let byKey = Dictionary(runs.map { ($0.key, $0) }) { $1 }
    return FoundRuns(runs: shown.compactMap { byKey[$0] }, total: keys.count, isPartial: window.isPartial)
  }

  private static func statement(_ search: RunSearch, _ conditions: PostgresConditions) -> String {
    guard let value = expression(search.sort) else {
      return "SELECT runs.key FROM runs WHERE \(conditions.sql) ORDER BY runs.key \(search.order.rawValue)"
    }
    let decisions =
      search.sort.needsDecisions
      ? """
      LEFT JOIN LATERAL (SELECT * FROM decisions WHERE run = runs.key ORDER BY step DESC LIMIT 1) AS last ON true
      """ : ""
    return """
      SELECT runs.key, \(value) AS value FROM runs \(decisions) WHERE \(conditions.sql) \
      ORDER BY value \(search.order.rawValue) NULLS LAST, runs.key DESC
      """
  }

  /// What a list is ordered by; nil for the order of the rows themselves.
  private static func expression(_ sort: RunSort) -> String? {
    switch sort {
    case .created: nil
    case .lastSeen: "greatest(coalesce(last.time, 0), runs.touched)"
    case .controller: #"runs.controller COLLATE "C""#
    case .progress: "coalesce(last.step, 0)::double precision / runs.total_steps"
    case .learningRate: "coalesce(last.learning_rate, runs.initial_learning_rate)"
    // Read from the bytes by RunSearch.
    case .validationLoss: "last.observation"
    // SQLite has no NaN, and stores none.
    case .outOfDistribution: "nullif(last.out_of_distribution, 'NaN')"
    }
  }

  func groups(by grouping: RunGrouping, _ filter: RunFilter, in window: RunWindow) throws -> FoundGroups {
    var conditions = PostgresConditions(filter, in: window)
    let value =
      switch grouping {
      case .controller: "runs.controller"
      case .status: "runs.status"
      case .owner: "runs.owner"
      case .label(let key): "runs.label_index ->> \(conditions.mark(.text(key)))::text"
      }
    let rows = try query(
      "SELECT \(value), status, count(*), max(key) FROM runs WHERE \(conditions.sql) GROUP BY 1, 2",
      conditions.arguments)
    return FoundGroups(try rows.map { try $0.part() }, isPartial: window.isPartial)
  }

  func usage(of controller: String, in window: RunWindow) throws -> ControllerUsage {
    var conditions = PostgresConditions(RunFilter(controller: controller), in: window)
    let rows = try query(
      "SELECT controller_hash, status, count(*), max(key) FROM runs WHERE \(conditions.sql) GROUP BY 1, 2",
      conditions.arguments)
    let limit = conditions.mark(.integer(Int64(ControllerUsage.outcomeRuns)))
    let keys = try query(
      "SELECT key FROM runs WHERE \(conditions.sql) ORDER BY key DESC LIMIT \(limit)", conditions.arguments
    ).map { try $0.integer(0) }
    return ControllerUsage(
      try rows.map { try $0.part() }, outcome: try outcome(of: keys), isPartial: window.isPartial)
  }

  private func outcome(of runs: [Int64]) throws -> ControllerUsage.Outcome {
    var outcome = ControllerUsage.Outcome()
    outcome.runs = runs.count
    let sums = try query(
      """
      SELECT count(*), count(*) FILTER (WHERE verdict = 'rollback'), \
      count(*) FILTER (WHERE source LIKE 'fallback:%'), avg(nullif(out_of_distribution, 'NaN')) \
      FROM unnest($1::bigint[]) AS asked (key) CROSS JOIN LATERAL (SELECT verdict, source, out_of_distribution \
      FROM decisions WHERE run = asked.key ORDER BY step DESC LIMIT $2) AS latest
      """, [.integers(runs), .integer(Int64(ControllerUsage.outcomeDecisions))]
    ).first
    if let sums {
      outcome.decisions = Int(try sums.integer(0))
      outcome.rollbacks = Int(try sums.integer(1))
      outcome.fallbacks = Int(try sums.integer(2))
      outcome.distance = sums.isNull(3) ? nil : try sums.real(3)
    }
    let edges = try ["ASC", "DESC"].map { order in
      try query(
        """
        SELECT edge.step, edge.observation FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (key, place) \
        LEFT JOIN LATERAL (SELECT step, observation FROM decisions WHERE run = asked.key ORDER BY step \(order) LIMIT 1) \
        AS edge ON true ORDER BY asked.place
        """, [.integers(runs)]
      ).map { row in
        row.isNull(0) ? nil : ReportedObservation(step: Int(try row.integer(0)), stored: try row.bytes(1))
      }
    }
    for (first, last) in zip(edges[0], edges[1]) { outcome.add(first: first, last: last) }
    outcome.lossRatios.sort()
    return outcome
  }
}

extension PostgresRow {
  /// A row of groups: value, status, count, key of the newest.
  fileprivate func part() throws -> RunGroup.Part {
    RunGroup.Part(
      value: isNull(0) ? nil : try text(0), status: try text(1), count: Int(try integer(2)),
      newest: try integer(3))
  }
}
