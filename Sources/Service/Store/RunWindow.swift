import GRDB

/// The newest runs within reach: all that a search looks at, so that none costs more than a look at so many.
struct RunWindow: Sendable, Equatable {
  let reach: Reach
  /// How many runs it has; those that are hidden until they are deleted count.
  let count: Int
  /// The row of the oldest run.
  let oldest: Int64
  /// Whether there are older runs.
  let isPartial: Bool

  /// Runs that a search looks at; fewer where it has to look at the last decision of each.
  static let size = 100_000
  static let sizeWithDecisions = 20_000
}

extension RunQueries {
  /// The newest runs within reach.
  static func window(_ size: Int, of reach: Reach, _ database: Database) throws -> RunWindow {
    let (reachable, names) = condition(on: reach)
    let conditions = (["TRUE"] + reachable).joined(separator: " AND ")
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT count(*) AS count, coalesce(min(key), 0) AS oldest FROM \
        (SELECT key FROM runs WHERE \(conditions) ORDER BY key DESC LIMIT ?) AS newest
        """, arguments: names + [size])
    let (count, oldest): (Int, Int64) = (row?["count"] ?? 0, row?["oldest"] ?? 0)
    let isPartial =
      try count == size
      && Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM runs WHERE \(conditions) AND key < ?)",
        arguments: names + [oldest]) == true
    return RunWindow(reach: reach, count: count, oldest: oldest, isPartial: isPartial)
  }
}

extension RunFilter {
  /// What keeps rows of `runs` to those of a window that match.
  func conditions(in window: RunWindow) -> (sql: String, arguments: StatementArguments) {
    let (conditions, arguments) = conditions(of: window.reach)
    return (conditions + " AND runs.key >= ?", arguments + [window.oldest])
  }
}
