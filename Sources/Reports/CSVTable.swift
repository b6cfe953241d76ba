import Files

/// A table as comma-separated values (RFC 4180, lines end in a line feed).
public struct CSVTable: Sendable {
  private let columnCount: Int
  /// The file's contents so far.
  public private(set) var text: String

  /// Creates a table with a head and no rows.
  public init(columns: [String]) {
    columnCount = columns.count
    text = Self.line(columns)
  }

  /// Adds a row.
  ///
  /// - Precondition: It has a text for each column.
  public mutating func addRow(_ texts: [String]) {
    precondition(texts.count == columnCount, "expected \(columnCount) texts, got \(texts.count)")
    text += Self.line(texts)
  }

  /// Writes the file, whole or not at all.
  ///
  /// - Throws: `FileError` when it cannot be written.
  public func write(to path: String) throws(FileError) {
    try AtomicFile.write(text, to: path)
  }

  private static func line(_ texts: [String]) -> String {
    texts.map(quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ text: String) -> String {
    // By bytes: a line break of two characters is one character to String.
    guard text.utf8.contains(where: { [",", "\"", "\r", "\n"].contains(UnicodeScalar($0)) }) else {
      return text
    }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
