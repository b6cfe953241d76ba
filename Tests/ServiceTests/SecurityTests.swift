import Files
import Foundation
import Testing

@testable import Service

@Suite("Security")
struct SecurityTests {
  @Test(
    "SHA-256 is that of FIPS 180-4 and of Python's hashlib",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1000),
        "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"
      ),
    ])
  func hash(message: String, expected: String) {
    #expect(SHA256.hexadecimal(Array(message.utf8)) == expected)
  }

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
      alice read,write \(SHA256.hexadecimal(Array("secret".utf8)))

      bob read \(SHA256.hexadecimal(Array("other".utf8)))
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
