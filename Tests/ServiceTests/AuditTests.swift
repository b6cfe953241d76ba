import Crypto
import Foundation
import Testing

@testable import Service

@Suite("Who may do what, and who did", .serialized)
struct AuditTests {
  static func tokens(_ lines: [(secret: String, rest: String, scopes: String)], in folder: String) throws
    -> String
  {
    let text: String = lines.map { secret, rest, scopes -> String in
      let hash = SHA256.hash(data: Data(secret.utf8)).map { String(format: "%02x", $0) }.joined()
      let words = rest.split(separator: " ", maxSplits: 1)
      return "\(words[0]) \(scopes) \(hash) \(words.dropFirst().joined())"
    }.joined(separator: "\n")
    let path = folder + "/tokens"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  func header(_ secret: String) -> [String: String] { ["Authorization": "Bearer \(secret)"] }

  @Test("A team sees its runs, the owner and the administrator change them, others find nothing")
  func roles() async throws {
    try await RunningService.with({ configuration in
      let folder = String(configuration.database.dropLast("/runs.sqlite".count))
      configuration.tokens = try Self.tokens(
        [
          ("a", "alice team=vision", "read,write"), ("b", "board team=vision", "read"),
          ("c", "carol", "read,write"), ("r", "root", "admin"),
        ], in: folder)
    }) { service in
      let client = try service.client()
      var streams: [TestClient] = []
      for secret in ["b", "c", "r"] { streams.append(try await watch(service, secret)) }
      let opened = try await client.request(
        "POST", "/v1/runs", body: RunningService.opening, headers: header("a"))
      let id = try #require(opened.object["id"] as? String)
      let other = try await client.request(
        "POST", "/v1/runs", body: RunningService.opening, headers: header("c"))
      let otherID = try #require(other.object["id"] as? String)
      for (stream, (mine, others)) in zip(streams, [(id, [otherID]), (otherID, [id]), (otherID, [])]) {
        var text = ""
        while !text.contains(mine), let chunk = try await stream.chunk() { text += chunk }
        for id in others { #expect(!text.contains(id)) }
      }
      for (secret, status, count) in [("a", 200, 1), ("b", 200, 1), ("c", 404, 1), ("r", 200, 2)] {
        let shown = try await client.request("GET", "/v1/runs/\(id)", headers: header(secret))
        #expect(shown.status == status, "\(secret)")
        let listed = try await client.request("GET", "/v1/runs", headers: header(secret))
        #expect((listed.object["runs"] as? [Any])?.count == count, "\(secret)")
      }
      for (secret, status) in [("b", 403), ("c", 404), ("r", 200)] {
        let finished = try await client.request("POST", "/v1/runs/\(id)/finish", headers: header(secret))
        #expect(finished.status == status, "\(secret)")
      }
    }
  }

  @Test(
    "The audit log tells changes and refusals, not reads and observations, and is opened again when asked")
  func audit() async throws {
    try await RunningService.with({ configuration in
      let folder = String(configuration.database.dropLast("/runs.sqlite".count))
      configuration.tokens = try Self.tokens([("a", "alice", "read,write")], in: folder)
      configuration.auditLog = folder + "/audit.jsonl"
    }) { service in
      let client = try service.client()
      let opened = try await client.request(
        "POST", "/v1/runs", body: RunningService.opening,
        headers: header("a").merging(["X-Forwarded-For": "10.1.2.3"]) { $1 })
      let id = try #require(opened.object["id"] as? String)
      _ = try await client.request(
        "POST", "/v1/runs/\(id)/observations", body: RunningService.body(0), headers: header("a"))
      _ = try await client.request("GET", "/v1/runs", headers: header("a"))
      _ = try await client.request("GET", "/v1/runs", headers: header("wrong"))
      let path = service.folder + "/audit.jsonl"
      try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
      kill(getpid(), SIGHUP)
      for _ in 0..<200 where !FileManager.default.fileExists(atPath: path) {
        try await Task.sleep(for: .milliseconds(20))
      }
      _ = try await client.request("DELETE", "/v1/runs/\(id)", headers: header("a"))
      let before = try lines(path + ".1")
      #expect(before.map { $0["action"] as? String } == ["POST /v1/runs", "GET /v1/runs"])
      #expect(before.map { $0["who"] as? String } == ["alice", nil])
      #expect(before.map { $0["status"] as? Int } == [201, 401])
      #expect(before.first?["subject"] as? String == "/v1/runs/\(id)")
      #expect((before.first?["time"] as? String)?.hasSuffix("Z") == true)
      #expect(before.first?["from"] as? String == "127.0.0.1")
      #expect(before.first?["forwardedFor"] as? String == "10.1.2.3")
      let after = try lines(path)
      #expect(after.map { $0["action"] as? String } == ["DELETE /v1/runs/{id}"])
      #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }
  }

  private func watch(_ service: RunningService, _ secret: String) async throws -> TestClient {
    let stream = try service.client()
    try await stream.send(
      "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(secret)\r\n\r\n")
    _ = try await stream.begin()
    return stream
  }

  private func lines(_ path: String) throws -> [[String: Any]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }
}
