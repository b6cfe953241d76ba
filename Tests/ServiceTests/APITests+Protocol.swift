import Testing

@testable import Service

extension APITests {
  @Test("HEAD is answered like GET without a body, also where it is refused")
  func head() async throws {
    try await RunningService.with { service in
      for (path, status) in [
        ("/healthz", 200), ("/v1/runs", 200), ("/v1/runs/none", 404), ("/v1/events", 200),
      ] {
        let client = try service.client()
        try await client.send("HEAD \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try await client.begin().hasPrefix("HTTP/1.1 \(status)"), "\(path)")
        // A body would be in the way of the next answer.
        #expect(try await client.request("GET", "/healthz").body == #"{"status":"ok"}"#, "\(path)")
      }
    }
  }

  @Test("A client that asks first is told to go on, another expectation and two hosts are refused")
  func headers() async throws {
    try await RunningService.with { service in
      let client = try service.client()
      let opening = RunningService.opening
      let length = opening.utf8.count
      let head = "POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      try await client.send(head + "Content-Length: \(length)\r\nExpect: 100-continue\r\n\r\n")
      #expect(try await client.begin().hasPrefix("HTTP/1.1 100 "))
      try await client.send(opening)
      #expect(try await client.answer().status == 201)
      let other = try await service.client().request("GET", "/healthz", headers: ["Expect": "200-maybe"])
      #expect(other.status == 417 && other.code == "expectation_failed")
      let twice = try service.client()
      try await twice.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")
      let answer = try await twice.answer()
      #expect(answer.status == 400 && answer.code == "invalid_http")
    }
  }

  @Test("Nulls are refused, a run of one step needs no interval, and a label may begin with an accent")
  func openings() async throws {
    try await RunningService.with { service in
      let client = try service.client()
      func opening(_ more: String) -> String {
        #"{"controller": "sample", "initialLearningRate": 0.01, "totalSteps": 1"# + more + "}"
      }
      #expect(try await call(client, "POST", "/v1/runs", body: opening("")).status == 201)
      for more in [#", "labels": null"#, #", "interval": null"#] {
        let answer = try await call(client, "POST", "/v1/runs", body: opening(more))
        #expect(answer.status == 400 && answer.code == "invalid_body", "\(answer.body)")
      }
      let labels = #", "labels": {"k": "\#u{301}a"}"#
      #expect(try await call(client, "POST", "/v1/runs", body: opening(labels)).status == 201)
      let list = try await call(client, "GET", "/v1/runs?label=k%3D%CC%81a")
      #expect((list.object["runs"] as? [Any])?.count == 1, "\(list.body)")
    }
  }

  @Test("Every metric has a line of help, latency is told by endpoint, and no client makes up an endpoint")
  func metrics() async throws {
    try await RunningService.with { service in
      let client = try service.client()
      _ = try await open(client)
      _ = try await client.request("PURGE", "/coffee")
      let text = try await call(client, "GET", "/metrics").body
      let lines = text.split(separator: "\n")
      let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
      let helps = lines.filter { $0.hasPrefix("# HELP ") }.map { $0.split(separator: " ")[2] }
      let expected = MetricHelp.texts.keys.filter { !$0.hasPrefix("metalr_certificate") }
      #expect(types == helps && Set(types.map(String.init)) == Set(expected))
      #expect(lines.contains(#"metalr_stored_runs{status="open"} 1"#))
      #expect(lines.contains(#"metalr_request_duration_seconds_count{endpoint="POST /v1/runs"} 1"#))
      #expect(!text.contains("PURGE") && text.contains(#"endpoint="other""#))
    }
  }
}
