import Foundation
import Testing

@testable import Files

@Suite("Checksums of journals")
struct JournalChecksumTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID())").path
  private var path: String { folder + "/runs.jsonl" }

  private func text() throws -> String { String(decoding: try readFile(path), as: UTF8.self) }

  @Test("A result that was edited is noticed, and its line is named")
  func edited() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      let journal = try Journal(path: path, settings: 1)
      try journal.append(0.774, for: "tab\tin a key")
      try journal.append(0.5, for: "b")
    }
    #expect(try Journal(path: path, settings: 1).value(for: "tab\tin a key") == 0.774)
    try AtomicFile.write(Data(text().replacingOccurrences(of: "0.774", with: "0.1").utf8), to: path)
    let error = #expect(throws: FileError.self) { try Journal(path: path, settings: 1) }
    #expect(error?.problem == "is damaged in line 2")
  }

  @Test("A journal of before there were checksums is read, and goes on with them")
  func old() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try AtomicFile.write(Data("{\"settings\":1}\n{\"key\":\"a\",\"value\":2}\n".utf8), to: path)
    do {
      let journal = try Journal(path: path, settings: 1)
      #expect(try journal.value(for: "a") == 2)
      try journal.append(3, for: "b")
    }
    let journal = try Journal(path: path, settings: 1)
    #expect(try journal.value(for: "a") == 2)
    #expect(try journal.value(for: "b") == 3)
  }

  @Test("The checksum is FNV-1a of the JSON")
  func format() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Journal(path: path, settings: 1).append(2, for: "a")
    // python3: h = 0xcbf29ce484222325; for b in line: h = (h ^ b) * 0x100000001b3 % 2**64
    #expect(try text() == "{\"settings\":1}\n{\"checksum\":\"eba76e6f79680f4a\",\"key\":\"a\",\"value\":2}\n")
  }
}
