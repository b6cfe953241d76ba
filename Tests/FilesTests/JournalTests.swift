import Foundation
import Testing

@testable import Files

@Suite("Journal")
struct JournalTests {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID())").path
  var path: String { folder + "/runs.jsonl" }

  private struct Settings: Codable {
    var steps = 300
  }

  @Test("Results are there again when the journal is opened again, numbers that are not finite included")
  func reopen() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      let journal = try Journal(path: path, settings: Settings())
      try journal.append([0.1, .infinity], for: "a")
      try journal.append("text\nof two lines", for: "b")
    }
    let journal = try Journal(path: path, settings: Settings())
    #expect(journal.count == 2)
    #expect(try journal.value(for: "a") == [0.1, Double.infinity])
    #expect(try journal.value(for: "b") == "text\nof two lines")
    #expect(try journal.value(for: "c", as: Int.self) == nil)
  }

  @Test("A line cut at any byte is dropped, the lines before it stay, and new ones follow")
  func tornLine() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      let journal = try Journal(path: path, settings: Settings())
      try journal.append(1, for: "a")
      try journal.append(2, for: "b")
    }
    let whole = try Data(readFile(path))
    let lastLine = whole.dropLast().lastIndex(of: UInt8(ascii: "\n")) ?? 0
    for length in (lastLine + 1)..<whole.count {
      try AtomicFile.write(whole.prefix(length), to: path)
      let journal = try Journal(path: path, settings: Settings())
      #expect(try journal.value(for: "a") == 1)
      #expect(try journal.value(for: "b", as: Int.self) == nil)
      try journal.append(2, for: "b")
      #expect(try Data(readFile(path)) == whole)
    }
  }

  @Test("Other settings, a damaged line, another holder and a value of another kind are errors")
  func errors() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      let journal = try Journal(path: path, settings: Settings())
      try journal.append(1, for: "a")
      let held = #expect(throws: FileError.self) { try Journal(path: path, settings: Settings()) }
      #expect(held?.problem == "is in use by another process")
      let kind = #expect(throws: FileError.self) { try journal.value(for: "a", as: String.self) }
      #expect(kind?.problem == "holds a result of another kind for 'a'")
    }
    let other = #expect(throws: FileError.self) { try Journal(path: path, settings: Settings(steps: 1)) }
    #expect(other?.problem == #"was made with other settings: {"settings":{"steps":300}}"#)
    try AtomicFile.write(readFile(path) + Data("{\"key\":3}\n".utf8), to: path)
    let damage = #expect(throws: FileError.self) { try Journal(path: path, settings: Settings()) }
    #expect(damage?.problem == "is damaged in line 3")
  }
}
