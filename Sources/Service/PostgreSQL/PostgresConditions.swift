import Foundation

/// What keeps rows of `runs` to those that are asked for, and the arguments of it.
struct PostgresConditions {
  private var conditions: [String]
  private(set) var arguments: [PostgresValue] = []

  /// The runs within reach; with `hidden` also those that are being deleted.
  init(_ reach: Reach, hidden: Bool = false) {
    conditions = [hidden ? "TRUE" : "NOT runs.deleted"]
    if case .owners(let names) = reach {
      conditions.append("runs.owner = ANY (\(mark(.texts(names.sorted().map(Self.searched))))::text[])")
    }
  }

  init(_ filter: RunFilter, of reach: Reach) {
    self.init(reach)
    for (column, value) in [
      ("status", filter.status?.rawValue), ("controller", filter.controller), ("owner", filter.owner),
    ] {
      if let value { conditions.append("runs.\(column) = \(mark(.text(Self.searched(value))))") }
    }
    for label in filter.labels {
      let labels = Self.labelIndex([label.key: label.value])
      conditions.append("runs.label_index @> \(mark(.text(labels)))::text::jsonb")
    }
    for word in filter.words {
      // The collation makes letters of ASCII alone alike, as LIKE of SQLite does.
      let pattern = mark(.text(RunFilter.pattern(Self.searched(word))))
      let matches = #"ILIKE \#(pattern)::text COLLATE "C""#
      conditions.append(
        """
        (runs.id \(matches) OR runs.controller \(matches) OR runs.owner \(matches) OR EXISTS \
        (SELECT 1 FROM jsonb_each_text(runs.label_index) AS label WHERE label.key || '=' || label.value \(matches)))
        """)
    }
    if let before = filter.before { conditions.append("runs.key < \(mark(.integer(before)))") }
  }

  /// The runs of a window that match.
  init(_ filter: RunFilter, in window: RunWindow) {
    self.init(filter, of: window.reach)
    conditions.append("runs.key >= \(mark(.integer(window.oldest)))")
  }

  var sql: String { conditions.joined(separator: " AND ") }

  /// Adds an argument.
  ///
  /// - Returns: What stands for it.
  mutating func mark(_ value: PostgresValue) -> String {
    arguments.append(value)
    return "$\(arguments.count)"
  }

  /// The labels that are searched, as JSON: PostgreSQL's JSON holds no U+0000, which becomes U+FFFD here.
  ///
  /// What is shown is stored besides, as a text.
  static func labelIndex(_ labels: [String: String]) -> String {
    let searched = labels.mapValues(Self.searched)
    return (try? JSONEncoder().encode(searched)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  private static func searched(_ text: String) -> String { text.replacing("\0", with: "\u{FFFD}") }
}
