import GRDB

/// What runs are grouped by.
enum RunGrouping: Sendable, Equatable {
  case controller, status, owner
  /// The value of a label.
  case label(String)

  private static let labelPrefix = "label:"

  /// Reads a word, or `label:` and a key; nil for anything else.
  init?(parsing text: String) {
    switch text {
    case "controller": self = .controller
    case "status": self = .status
    case "owner": self = .owner
    default:
      guard text.hasPrefix(Self.labelPrefix) else { return nil }
      let key = String(text.dropFirst(Self.labelPrefix.count))
      guard RunRequest.isLabelKey(key) else { return nil }
      self = .label(key)
    }
  }

  fileprivate var expression: (sql: String, arguments: StatementArguments) {
    switch self {
    case .controller: ("controller", [])
    case .status: ("status", [])
    case .owner: ("owner", [])
    case .label(let key): ("json_extract(labels, ?)", ["$.\"\(key)\""])
    }
  }
}

/// Runs that have a value in common.
struct RunGroup: Sendable, Equatable {
  /// Nil for runs without the label.
  let value: String?
  /// How many there are of each status.
  var counts: [RunStatus: Int] = [:]
  /// The row of the newest.
  var newest: Int64 = 0

  var total: Int { counts.values.reduce(0, +) }
}

/// The groups of a list, those with the newest runs first.
struct FoundGroups: Sendable {
  let groups: [RunGroup]
  /// Whether there are more groups, or runs that are older than those it looked at.
  let isPartial: Bool
}

extension RunQueries {
  /// Groups that are told.
  static let mostGroups = 500

  /// Groups the runs that match.
  static func groups(
    by grouping: RunGrouping, _ filter: RunFilter, in window: RunWindow, _ database: Database
  ) throws -> FoundGroups {
    let (conditions, arguments) = filter.conditions(in: window)
    let (value, values) = grouping.expression
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT \(value) AS value, status, count(*) AS count, max(key) AS newest FROM runs WHERE \(conditions) \
        GROUP BY 1, 2
        """, arguments: values + arguments)
    var groups: [String?: RunGroup] = [:]
    for row in rows {
      let value: String? = row["value"]
      guard let status = RunStatus(rawValue: row["status"]) else { continue }
      var group = groups[value] ?? RunGroup(value: value)
      group.counts[status] = row["count"]
      group.newest = max(group.newest, row["newest"])
      groups[value] = group
    }
    let ordered = groups.values.sorted { $0.newest > $1.newest }
    return FoundGroups(
      groups: Array(ordered.prefix(mostGroups)), isPartial: window.isPartial || ordered.count > mostGroups)
  }
}
