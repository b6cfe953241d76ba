import Foundation
import GRDB

/// Which runs a list shows.
struct RunFilter: Sendable, Equatable {
  struct Label: Sendable, Equatable {
    let key: String
    let value: String
  }

  var status: RunStatus?
  var controller: String?
  var owner: String?
  /// All of them.
  var labels: [Label] = []
  /// Each is found in the run's id, controller, owner, or one of its labels as key=value.
  var words: [String] = []
  /// Only runs opened before the one with this row.
  var before: Int64?
  var limit = 50

  /// What keeps rows of `runs` to those that match and are within reach.
  func conditions(of reach: Reach) -> (sql: String, arguments: StatementArguments) {
    var (conditions, arguments) = RunQueries.condition(on: reach)
    conditions.append("deleted = 0")
    for (column, value) in [("status", status?.rawValue), ("controller", controller), ("owner", owner)] {
      guard let value else { continue }
      conditions.append("\(column) = ?")
      arguments += [value]
    }
    for label in labels {
      // Keys hold no quotation marks: RunRequest.isLabelKey.
      conditions.append("json_extract(labels, ?) = ?")
      arguments += ["$.\"\(label.key)\"", label.value]
    }
    for word in words {
      let pattern = Self.pattern(word)
      let stored = Self.stored(word).map(Self.pattern)
      let inLabels = stored.map { _ in "labels LIKE ? ESCAPE '\\'" }.joined(separator: " OR ")
      // The text of all labels first: it is read six times as fast as they are taken apart.
      conditions.append(
        """
        (runs.id LIKE ? ESCAPE '\\' OR controller LIKE ? ESCAPE '\\' OR owner LIKE ? ESCAPE '\\' \
        OR (\(inLabels)) AND EXISTS \
        (SELECT 1 FROM json_each(labels) WHERE json_each.key || '=' || json_each.value LIKE ? ESCAPE '\\'))
        """)
      arguments += StatementArguments([pattern, pattern, pattern] + stored + [pattern])
    }
    if let before {
      conditions.append("runs.key < ?")
      arguments += [before]
    }
    return (conditions.joined(separator: " AND "), arguments)
  }

  /// A pattern of LIKE for texts that hold this one, all of whose characters stand for themselves.
  static func pattern(_ text: String) -> String {
    // By scalars: "%" and an accent behind it are one character.
    let escaped = text.unicodeScalars.map { #"\%_"#.unicodeScalars.contains($0) ? "\\\($0)" : "\($0)" }
    return "%" + escaped.joined() + "%"
  }

  /// What labels that have a word hold as they are stored, in JSON: the word itself, or one half of it at the end of a key
  /// and the other where its value begins.
  private static func stored(_ word: String) -> [String] {
    let halves = word.unicodeScalars.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      .map { inJSON(String($0)) }
    return [inJSON(word)] + (halves.count == 2 ? [halves.joined(separator: #"":""#)] : [])
  }

  /// A text within a string of JSON, as the labels of a run are encoded.
  private static func inJSON(_ text: String) -> String {
    let encoded = (try? JSONEncoder().encode(text)) ?? Data()
    return String(decoding: encoded.dropFirst().dropLast(), as: UTF8.self)
  }
}
