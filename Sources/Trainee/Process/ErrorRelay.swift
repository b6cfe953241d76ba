import Foundation

/// Passes on what a process writes to standard error, line by line with a prefix, and remembers its last words.
///
/// A process that floods is cut: at most 200 lines a request are passed on, and the rest counted.
final class ErrorRelay {
  private static let linesPerRequest = 200
  private static let longestLine = 1000
  private static let remembered = 8

  private let prefix: String
  private let onMessage: @Sendable (String) -> Void
  private var partial = Data()
  private var passedOn = 0
  private var leftOut = 0
  /// The last lines, oldest first.
  private(set) var lastWords: [String] = []

  init(prefix: String, onMessage: @escaping @Sendable (String) -> Void) {
    self.prefix = prefix
    self.onMessage = onMessage
  }

  func beginRequest() {
    reportLeftOut()
    passedOn = 0
  }

  func add(_ bytes: ArraySlice<UInt8>) {
    for part in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      if part.offset > 0 { endLine() }
      // What is beyond the longest line is dropped at once, so that one endless line takes no memory.
      partial.append(contentsOf: part.element.prefix(max(0, Self.longestLine - partial.count)))
    }
  }

  /// Ends a line that the process did not end.
  func flush() {
    if !partial.isEmpty { endLine() }
    reportLeftOut()
  }

  private func endLine() {
    let line = String(decoding: partial, as: UTF8.self).printable
    partial.removeAll(keepingCapacity: true)
    guard !line.isEmpty else { return }
    lastWords = lastWords.suffix(Self.remembered - 1) + [line]
    passedOn += 1
    if passedOn <= Self.linesPerRequest { onMessage("\(prefix)\(line)") } else { leftOut += 1 }
  }

  private func reportLeftOut() {
    if leftOut > 0 { onMessage("\(prefix)... and \(leftOut) lines more") }
    leftOut = 0
  }
}
