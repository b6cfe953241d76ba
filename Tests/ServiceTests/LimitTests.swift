import Foundation
import MetaLR
import Testing

@testable import Service

@Suite("Limits", .serialized)
struct LimitTests {
  @Test("Connections past the limit are refused with their own error, and let in again later")
  func connections() async throws {
    try await RunningService.with({ $0.limits.connections = 2 }) { service in
      let first = try service.client()
      do {
        let second = try service.client()
        #expect(try await first.request("GET", "/healthz").status == 200)
        #expect(try await second.request("GET", "/healthz").status == 200)
        let third = try await service.client().request("GET", "/healthz")
        #expect(third.status == 503 && third.code == "too_many_connections")
      }
      var status = 0
      for _ in 0..<50 where status != 200 {
        try await Task.sleep(for: .milliseconds(20))
        status = try await service.client().request("GET", "/healthz").status
      }
      #expect(status == 200)
    }
  }

  @Test("A head that is too large, and one that is no HTTP, are answered")
  func heads() async throws {
    try await RunningService.with({ $0.limits.headerBytes = 2000 }) { service in
      let large = try await service.client().request(
        "GET", "/healthz", headers: ["X-Large": String(repeating: "x", count: 3000)])
      #expect(large.status == 431 && large.code == "header_too_large")
      let garbage = try service.client()
      try await garbage.send("\u{1}\u{2}nonsense\r\n\r\n")
      let answer = try await garbage.answer()
      #expect(answer.status == 400 && answer.code == "invalid_http")
    }
  }

  @Test("A body that does not come in time is answered, a head that does not come ends the connection")
  func slowClients() async throws {
    try await RunningService.with({
      $0.limits.requestSeconds = 1
      $0.limits.idleSeconds = 1
    }) { service in
      let slow = try service.client()
      try await slow.send(
        "POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
      )
      let answer = try await slow.answer()
      #expect(answer.status == 408 && answer.code == "request_timeout")
      let idle = try service.client()
      try await idle.send("GET /healthz HT")
      await #expect(throws: TestClient.Closed.self) { try await idle.answer() }
    }
  }

  @Test("Requests and runs past a token's limits have their own errors")
  func perToken() async throws {
    try await RunningService.with({
      $0.limits.requestsPerSecond = 5
      $0.limits.runsPerToken = 2
    }) { service in
      let client = try service.client()
      var codes: [String?] = []
      for _ in 0..<3 {
        codes.append(try await client.request("POST", "/v1/runs", body: RunningService.opening).code)
      }
      #expect(codes == [nil, nil, "too_many_runs"])
      var answer = try await client.request("GET", "/v1/runs")
      for _ in 0..<100 where answer.status == 200 { answer = try await client.request("GET", "/v1/runs") }
      #expect(
        answer.status == 429 && answer.code == "too_many_requests" && answer.headers["retry-after"] == "1")
    }
  }

  @Test("Without tokens the service listens to this machine alone")
  func loopbackOnly() throws {
    var configuration = ServiceConfiguration(checkpoints: "c", database: "d")
    configuration.host = "0.0.0.0"
    #expect(throws: ConfigurationError.self) { try configuration.validate() }
    configuration.tokens = "t"
    try configuration.validate()
  }
}
