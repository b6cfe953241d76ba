import Files
import Foundation
import Testing

@testable import Service

@Suite("Security")
struct SecurityTests {
  func tokens(_ text: String) throws -> TokenFile {
    let path = FileManager.default.temporaryDirectory.path + "/metalr-tokens-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return try TokenFile(contentsOf: path)
  }

  @Test("A token is known by its hash, with its scopes")
  func knownToken() throws {
    let tokens = try tokens(
      """
      # the team
      alice read,write 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b

      bob read d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa
      """)
    #expect(
      tokens.principal(presenting: Array("secret".utf8)) == Principal(name: "alice", scopes: [.read, .write]))
    #expect(tokens.principal(presenting: Array("other".utf8)) == Principal(name: "bob", scopes: [.read]))
    #expect(tokens.principal(presenting: Array("Secret".utf8)) == nil)
    #expect(tokens.principal(presenting: []) == nil)
  }

  @Test(
    "A bad line is refused by its number",
    arguments: [
      "alice read", "alice read,dance \(String(repeating: "a", count: 64))", "alice read abc",
      "a/b read \(String(repeating: "a", count: 64))", "alice read \(String(repeating: "g", count: 64))",
    ])
  func badLine(line: String) {
    let error = #expect(throws: FileError.self) { try tokens("# one\n" + line) }
    #expect(error?.problem.contains("line 2") == true)
  }

  @Test("Past its rate an owner waits, others do not")
  func rate() throws {
    let limiter = RateLimiter(perSecond: 3)
    let start = ContinuousClock.now
    for _ in 0..<3 { try limiter.admit("a", at: start) }
    #expect(throws: ServiceError.self) { try limiter.admit("a", at: start) }
    try limiter.admit("b", at: start)
    try limiter.admit("a", at: start.advanced(by: .milliseconds(400)))
    #expect(throws: ServiceError.self) { try limiter.admit("a", at: start.advanced(by: .milliseconds(500))) }
  }

  @Test(
    "Addresses that only this machine reaches are told from others",
    arguments: [
      ("127.0.0.1", true), ("127.8.8.8", true), ("::1", true), ("localhost", true), ("0.0.0.0", false),
      ("127.0.0.1.example.com", false), ("10.0.0.1", false), ("", false),
    ])
  func loopback(host: String, expected: Bool) {
    #expect(AccessControl.isLoopback(host) == expected)
  }

  @Test("Nothing that a client sends begins a new line of the log", arguments: LogFormat.allCases)
  func logLines(format: LogFormat) {
    let lines = Lines()
    let handler = LineLogHandler(label: "t", format: format, level: .info) { lines.append($0) }
    handler.log(
      event: .init(
        level: .info, message: "a\nb\u{1b}[31m", metadata: ["k": "x\r\n\u{2028}\"y\""], source: "", file: "",
        function: "", line: 1))
    let line = lines.all.joined()
    #expect(line.hasSuffix("\n") && !line.dropLast().contains { $0.isNewline })
    #expect(!line.contains("\u{1b}"))
  }
}

/// Collects what a log handler writes.
final class Lines: @unchecked Sendable {
  private let lock = NSLock()
  private var lines: [String] = []

  var all: [String] { lock.withLock { lines } }
  func append(_ line: String) { lock.withLock { lines.append(line) } }
}
