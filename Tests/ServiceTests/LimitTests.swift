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
        let third = try await service.client().request("GET", "/v1/runs")
        #expect(third.status == 503 && third.code == "too_many_connections")
      }
      var status = 0
      for _ in 0..<50 where status != 200 {
        try await Task.sleep(for: .milliseconds(20))
        status = try await service.client().request("GET", "/v1/runs").status
      }
      #expect(status == 200)
    }
  }

  @Test("One address cannot take all connections, and health is told when it has taken its own")
  func perAddress() async throws {
    try await RunningService.with({ $0.limits.connectionsPerAddress = 2 }) { service in
      let idle = [try service.client(), try service.client()]
      for client in idle { #expect(try await client.request("GET", "/healthz").status == 200) }
      let refused = try await service.client().request("GET", "/v1/runs")
      #expect(refused.status == 503 && refused.code == "too_many_connections")
      for path in ["/healthz", "/readyz", "/metrics"] {
        let client = try service.client()
        #expect(try await client.request("GET", path).status == 200)
        await #expect(throws: TestClient.Closed.self) { try await client.request("GET", path) }
      }
      _ = idle
    }
  }

  @Test("Addresses are counted apart")
  func addresses() {
    let count = ConnectionCount(limit: 3, perAddress: 2, metrics: ServiceMetrics(PrometheusRegistry()))
    #expect(["a", "a", "a"].map(count.enter) == [true, true, false])
    count.leave("a")
    #expect(count.enter("b"))
    #expect(!count.enter("b"), "one too many in all")
  }

  @Test("A connection that asks nothing ends after the time for a request, not the longer idle time")
  func firstRequest() async throws {
    try await RunningService.with({ $0.limits.requestSeconds = 1 }) { service in
      await #expect(throws: TestClient.Closed.self) { try await service.client().answer() }
    }
  }

  @Test("A limit on files that is too low for the connections is told with what is needed")
  func openFiles() {
    #expect(OpenFiles.shortage(limit: 1088, connections: 1024) == nil)
    #expect(OpenFiles.shortage(limit: 1087, connections: 1024)?.contains("1088") == true)
    #expect(OpenFiles.warning(connections: 10) == nil)
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
    let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
    #expect(error?.expected.contains("--insecure-tokens") == true)
    configuration.allowsInsecureTokens = true
    try configuration.validate()
    configuration.allowsInsecureTokens = false
    configuration.host = "127.0.0.1"
    try configuration.validate()
  }
}
