import Foundation
import Testing

@testable import Service

@Suite("Streams of events", .serialized)
struct StreamTests {
  func open(_ client: TestClient) async throws -> String {
    let answer = try await client.request("POST", "/v1/runs", body: RunningService.opening)
    return try #require(answer.object["id"] as? String)
  }

  func observe(_ client: TestClient, _ id: String, _ steps: [Int]) async throws {
    for step in steps {
      let answer = try await client.request(
        "POST", "/v1/runs/\(id)/observations", body: RunningService.body(step))
      #expect(answer.status == 200)
    }
  }

  /// Reads chunks until `text` is among them.
  func read(_ stream: TestClient, until text: String) async throws -> String {
    var all = ""
    while !all.contains(text), let chunk = try await stream.chunk() { all += chunk }
    return all
  }

  func watch(_ service: RunningService, _ path: String, last: String? = nil) async throws -> TestClient {
    let stream = try service.client()
    let header = last.map { "Last-Event-ID: \($0)\r\n" } ?? ""
    try await stream.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(header)\r\n")
    let head = try await stream.begin()
    #expect(head.hasPrefix("HTTP/1.1 200") && head.lowercased().contains("content-type: text/event-stream"))
    return stream
  }

  @Test("A watcher gets the decisions made already, then each as it is made")
  func live() async throws {
    try await RunningService.with { service in
      let client = try service.client()
      let id = try await open(client)
      try await observe(client, id, [0, 10])
      let stream = try await watch(service, "/v1/runs/\(id)/events")
      let before = try await read(stream, until: "event: run\n")
      #expect(before.contains("id: 0.0\n") && before.contains("id: 0.10\n"))
      try await observe(client, id, [20])
      let live = try await read(stream, until: "id: 0.20\n")
      #expect(!live.contains("id: 0.10\n"))
      _ = try await client.request("POST", "/v1/runs/\(id)/rewind", body: #"{"step": 0}"#)
      try await observe(client, id, [10])
      let after = try await read(stream, until: "id: 1.10\n")
      #expect(after.contains("event: rewound"))
      _ = try await client.request("DELETE", "/v1/runs/\(id)")
      _ = try await read(stream, until: "event: deleted")
    }
  }

  @Test("A watcher that comes back goes on where it was, or begins again after a rewind")
  func comingBack() async throws {
    try await RunningService.with { service in
      let client = try service.client()
      let id = try await open(client)
      try await observe(client, id, [0, 10, 20])
      let stream = try await watch(service, "/v1/runs/\(id)/events", last: "0.10")
      let text = try await read(stream, until: "event: run\n")
      #expect(text.contains("id: 0.20\n") && !text.contains("id: 0.10\n"))
      _ = try await client.request("POST", "/v1/runs/\(id)/rewind", body: #"{"step": 10}"#)
      let again = try await watch(service, "/v1/runs/\(id)/events", last: "0.20")
      let replay = try await read(again, until: "event: run\n")
      #expect(replay.contains("event: rewound") && replay.contains("id: 1.0\n"))
    }
  }

  @Test("A watcher of all runs hears of each that changes")
  func overview() async throws {
    try await RunningService.with { service in
      let client = try service.client()
      let stream = try await watch(service, "/v1/events")
      _ = try await stream.chunk()
      let id = try await open(client)
      let opened = try await read(stream, until: id)
      #expect(opened.contains("event: run\n"))
      _ = try await client.request("DELETE", "/v1/runs/\(id)")
      _ = try await read(stream, until: "event: deleted\ndata: {\"id\":\"\(id)\"}")
    }
  }
}
