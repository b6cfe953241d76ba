import Crypto
import Files
import Foundation
import Logging
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
      try tokens.principal(presenting: Array("secret".utf8))
        == Principal(name: "alice", scopes: [.read, .write], team: []))
    #expect(try tokens.principal(presenting: Array("other".utf8)) == Principal(name: "bob", scopes: [.read]))
    #expect(try tokens.principal(presenting: Array("Secret".utf8)) == nil)
    #expect(try tokens.principal(presenting: []) == nil)
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

  @Test("Line ends of Windows, a byte order mark and a last line without an end swallow no token")
  func lineEnds() throws {
    let hashes = ["a", "b"].map { String(repeating: $0, count: 64) }
    let known = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
    let tokens = try tokens(
      "\u{FEFF}carol read \(hashes[0])\r\n# a comment\r\nalice read \(known)\r\nbob read \(hashes[1])")
    #expect(try tokens.principal(presenting: Array("secret".utf8))?.name == "alice")
    let error = #expect(throws: FileError.self) { try self.tokens("# one\r\nalice read \(known)\r\nbob\r\n") }
    #expect(error?.problem.contains("line 3") == true)
  }

  @Test("A name may have several tokens with scopes of their own, and a token ends when it says")
  func overlap() throws {
    let secret = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
    let other = "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa"
    let tokens = try tokens("alice read,write \(other)\nalice read \(secret) expires=2027-01-01T00:00:00Z")
    let end = Date(timeIntervalSince1970: 1_798_761_600)
    #expect(
      try tokens.principal(presenting: Array("secret".utf8), at: end - 1)
        == Principal(name: "alice", scopes: [.read]))
    #expect(try tokens.principal(presenting: Array("other".utf8), at: end)?.scopes == [.read, .write])
    let error = #expect(throws: ServiceError.self) {
      try tokens.principal(presenting: Array("secret".utf8), at: end)
    }
    #expect(error?.status == 401 && error?.message.contains("2027-01-01") == true)
    for line in [
      "bob read \(secret)\nalice read \(secret)", "bob read \(secret) expires=soon",
      "bob read \(secret) team=a team=b", "bob read \(secret) team=",
    ] {
      #expect(throws: FileError.self) { try self.tokens(line) }
    }
  }

  @Test("A token sees its team's runs and changes its own; an administrator sees and changes all")
  func roles() throws {
    let hashes = ["secret", "other", "third"].map { text in
      SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }
    let tokens = try tokens(
      """
      alice read,write \(hashes[0]) team=vision
      board read \(hashes[1]) team=vision expires=2999-01-01T00:00:00Z
      root admin \(hashes[2])
      """)
    let alice = try tokens.principal(presenting: Array("secret".utf8))
    #expect(alice?.readable == .owners(["alice", "board"]) && alice?.writable == .owner("alice"))
    let board = try tokens.principal(presenting: Array("other".utf8))
    #expect(board?.readable == .owners(["alice", "board"]) && board?.scopes == [.read])
    let root = try tokens.principal(presenting: Array("third".utf8))
    #expect(root?.scopes == Set(Scope.allCases))
    #expect(root?.readable == .everybody && root?.writable == .everybody)
  }

  @Test("Tokens are read again on demand, and a file that cannot be used changes nothing")
  func reload() throws {
    let path = FileManager.default.temporaryDirectory.path + "/metalr-tokens-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    func write(_ name: String, _ hash: String) throws {
      try Data("\(name) read \(hash)\n".utf8).write(to: URL(fileURLWithPath: path))
    }
    let secret = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
    try write("alice", secret)
    let logger = Logger(label: "t") { LineLogHandler(label: $0, format: .text, level: .critical) }
    let registry = try TokenRegistry(path: path, logger: logger)
    try write("bob", secret)
    registry.reload()
    #expect(try registry.tokens.principal(presenting: Array("secret".utf8))?.name == "bob")
    try write("carol", "nothing")
    registry.reload()
    #expect(try registry.tokens.principal(presenting: Array("secret".utf8))?.name == "bob")
  }

  @Test(
    "A request that costs more counts as more, never as more than a second's, and is never refused for ever")
  func cost() throws {
    let limiter = RateLimiter(perSecond: 10)
    let start = ContinuousClock.now
    try limiter.admit("a", at: start)
    try limiter.charge("a", 1000, at: start)
    // One below nothing: neither a request nor what another one costs.
    #expect(throws: ServiceError.self) { try limiter.charge("a", 1, at: start) }
    #expect(throws: ServiceError.self) { try limiter.admit("a", at: start.advanced(by: .milliseconds(190))) }
    try limiter.admit("a", at: start.advanced(by: .milliseconds(210)))
    try limiter.charge("b", 4, at: start)
    for _ in 0..<6 { try limiter.admit("b", at: start) }
    #expect(throws: ServiceError.self) { try limiter.admit("b", at: start) }
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
