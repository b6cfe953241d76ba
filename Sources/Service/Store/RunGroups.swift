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

  /// Runs that have the status in common too, as a database counts them.
  struct Part {
    let value: String?
    let status: String
    let count: Int
    let newest: Int64
  }
}

/// The groups of a list, those with the newest runs first.
struct FoundGroups: Sendable {
  let groups: [RunGroup]
  /// Whether there are more groups, or runs that are older than those it looked at.
  let isPartial: Bool

  /// Groups that are told.
  private static let most = 500

  init(_ parts: [RunGroup.Part], isPartial: Bool) {
    var groups: [String?: RunGroup] = [:]
    for part in parts {
      guard let status = RunStatus(rawValue: part.status) else { continue }
      var group = groups[part.value] ?? RunGroup(value: part.value)
      group.counts[status] = part.count
      group.newest = max(group.newest, part.newest)
      groups[part.value] = group
    }
    let ordered = groups.values.sorted { $0.newest > $1.newest }
    self.groups = Array(ordered.prefix(Self.most))
    self.isPartial = isPartial || ordered.count > Self.most
  }
}

extension RunQueries {
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
    return FoundGroups(rows.map(part), isPartial: window.isPartial)
  }

  /// A row of groups: value, status, count, newest.
  static func part(_ row: Row) -> RunGroup.Part {
    RunGroup.Part(value: row["value"], status: row["status"], count: row["count"], newest: row["newest"])
  }
}
