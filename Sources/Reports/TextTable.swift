/// A table for a terminal or for Markdown.
public struct TextTable: Sendable {
  /// On which side a column's texts are flush.
  public enum Alignment: Sendable {
    /// Flush left: names.
    case left
    /// Flush right: numbers.
    case right
  }

  /// One column: its title and alignment.
  public struct Column: Sendable {
    let title: String
    let alignment: Alignment

    /// Creates a column.
    public init(_ title: String, _ alignment: Alignment = .right) {
      self.title = title
      self.alignment = alignment
    }
  }

  let columns: [Column]
  private(set) var rows: [[String]] = []

  /// Creates a table without rows.
  public init(columns: [Column]) {
    self.columns = columns
  }

  /// Adds a row.
  ///
  /// - Precondition: It has a text for each column.
  public mutating func addRow(_ texts: [String]) {
    precondition(texts.count == columns.count, "expected \(columns.count) texts, got \(texts.count)")
    rows.append(texts)
  }

  /// Adds an empty row, to set groups apart.
  public mutating func addGap() {
    rows.append(columns.map { _ in "" })
  }

  /// Columns padded with spaces, two apart, under a ruled head; plain text with a line break at the end.
  public var text: String {
    let widths = columns.indices.map { column in
      ([columns[column].title] + rows.map { $0[column] }).map(\.count).max() ?? 0
    }
    func line(_ texts: [String]) -> String {
      let cells = texts.enumerated().map { column, text in
        let gap = String(repeating: " ", count: widths[column] - text.count)
        return columns[column].alignment == .left ? text + gap : gap + text
      }
      return cells.joined(separator: "  ").trimmingTrailingSpaces() + "\n"
    }
    let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ") + "\n"
    return line(columns.map(\.title)) + rule + rows.map(line).joined()
  }

  /// A Markdown table; empty rows are left out.
  public var markdown: String {
    func line(_ texts: [String]) -> String {
      "| " + texts.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
    let rule = columns.map { $0.alignment == .left ? "---" : "---:" }
    let filled = rows.filter { $0.contains { !$0.isEmpty } }
    return line(columns.map(\.title)) + line(rule) + filled.map(line).joined()
  }
}

extension String {
  fileprivate func trimmingTrailingSpaces() -> String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
