import Foundation
import MetaLR
import Testing

@testable import Service

@Suite("The API", .serialized)
struct APITests: DescribedAPI {
  let specification: Specification

  init() throws { specification = try Specification() }

  func open(_ client: TestClient, headers: [String: String] = [:]) async throws -> String {
    let answer = try await call(client, "POST", "/v1/runs", body: RunningService.opening, headers: headers)
    #expect(answer.status == 201)
    return try #require(answer.object["id"] as? String)
  }

  @Test("A whole run: open, observe, repeat, show, schedule, rewind, finish, delete")
  func wholeRun() async throws {
    try await RunningService.with { service in
      let client = try service.client()
      let id = try await open(client)
      let path = "/v1/runs/\(id)"
      var answers: [String] = []
      for step in stride(from: 0, through: 50, by: 10) {
        let answer = try await call(
          client, "POST", path + "/observations", as: "/v1/runs/{id}/observations",
          body: RunningService.body(step))
        #expect(answer.status == 200)
        answers.append(answer.body)
      }
      let again = try await call(
        client, "POST", path + "/observations", as: "/v1/runs/{id}/observations",
        body: RunningService.body(20))
      #expect(again.body == answers[2])
      let conflict = try await call(
        client, "POST", path + "/observations", as: "/v1/runs/{id}/observations",
        body: RunningService.body(20, noise: 1))
      #expect(conflict.status == 409 && conflict.code == "conflicting_observation")
      let early = try await call(
        client, "POST", path + "/observations", as: "/v1/runs/{id}/observations",
        body: RunningService.body(90))
      #expect(early.status == 409 && early.code == "step_out_of_order" && early.body.contains("step 60"))
      let shown = try await call(client, "GET", path, as: "/v1/runs/{id}")
      #expect(shown.object["nextStep"] as? Int == 60)
      let schedule = try await call(
        client, "GET", path + "/schedule?limit=4", as: "/v1/runs/{id}/schedule")
      #expect((schedule.object["decisions"] as? [Any])?.count == 4 && schedule.object["next"] as? Int == 30)
      let rest = try await call(
        client, "GET", path + "/schedule?limit=4&after=30", as: "/v1/runs/{id}/schedule")
      #expect((rest.object["decisions"] as? [Any])?.count == 2)
      let table = try await call(
        client, "GET", path + "/schedule?format=csv", as: "/v1/runs/{id}/schedule")
      #expect(table.body.split(separator: "\n").count == 7)
      #expect(table.body.hasPrefix("step,learningRate,"))
      let rewound = try await call(
        client, "POST", path + "/rewind", as: "/v1/runs/{id}/rewind", body: #"{"step": 10}"#)
      #expect(rewound.status == 200)
      let repeated = try await call(
        client, "POST", path + "/observations", as: "/v1/runs/{id}/observations",
        body: RunningService.body(20))
      #expect(repeated.body == answers[2])
      let undecided = try await call(
        client, "POST", path + "/rewind", as: "/v1/runs/{id}/rewind", body: #"{"step": 25}"#)
      #expect(undecided.code == "step_not_decided")
      let finished = try await call(client, "POST", path + "/finish", as: "/v1/runs/{id}/finish")
      #expect(finished.object["status"] as? String == "finished")
      let over = try await call(
        client, "POST", path + "/observations", as: "/v1/runs/{id}/observations",
        body: RunningService.body(30))
      #expect(over.status == 409 && over.code == "run_finished")
      #expect(try await call(client, "DELETE", path, as: "/v1/runs/{id}").status == 204)
      #expect(try await call(client, "GET", path, as: "/v1/runs/{id}").status == 404)
    }
  }

  @Test("Numbers that are not finite come and go as strings, and lead to a rollback")
  func nonFinite() async throws {
    try await RunningService.with { service in
      let client = try service.client()
      let path = "/v1/runs/\(try await open(client))"
      let body = try RunningService.body(0).replacing(
        #""validationLoss":2,"#, with: #""validationLoss":"NaN","#)
      #expect(body.contains("NaN"))
      let answer = try await call(
        client, "POST", path + "/observations", as: "/v1/runs/{id}/observations", body: body)
      #expect(answer.object["verdict"] as? String == "rollback")
      #expect(answer.object["outOfDistribution"] is NSNull)
      let again = try await call(
        client, "POST", path + "/observations", as: "/v1/runs/{id}/observations", body: body)
      #expect(again.body == answer.body)
      let shown = try await call(client, "GET", path, as: "/v1/runs/{id}")
      #expect(shown.object["validationLoss"] as? String == "NaN")
    }
  }

  @Test("Lists are filtered and paged")
  func lists() async throws {
    try await RunningService.with { service in
      let client = try service.client()
      var ids: [String] = []
      for _ in 0..<5 { ids.append(try await open(client)) }
      _ = try await call(client, "POST", "/v1/runs/\(ids[0])/finish", as: "/v1/runs/{id}/finish")
      func list(_ query: String) async throws -> (ids: [String], next: String?) {
        let answer = try await call(client, "GET", "/v1/runs" + query)
        let runs = answer.object["runs"] as? [[String: Any]] ?? []
        return (runs.compactMap { $0["id"] as? String }, answer.object["next"] as? String)
      }
      #expect(try await list("").ids == ids.reversed())
      #expect(try await list("?status=finished").ids == [ids[0]])
      #expect(try await list("?label=job%3Da").ids.count == 5)
      #expect(try await list("?label=job%3Db").ids.isEmpty)
      #expect(try await list("?controller=other").ids.isEmpty)
      let first = try await list("?limit=3")
      #expect(first.ids == Array(ids.reversed().prefix(3)))
      let second = try await list("?limit=3&before=\(try #require(first.next))")
      #expect(second.ids == Array(ids.reversed().suffix(2)) && second.next == nil)
      for query in ["?status=gone", "?limit=0", "?limit=x", "?before=-1", "?label=a", "?label=%22%3Da"] {
        #expect(try await call(client, "GET", "/v1/runs" + query).status == 422)
      }
    }
  }

  @Test("What is wrong with a request is said in the one shape of errors")
  func badRequests() async throws {
    try await RunningService.with({ $0.limits.bodyBytes = 1000 }) { service in
      let client = try service.client()
      let opening = RunningService.opening
      let cases: [(body: String, status: Int, code: String)] = [
        ("", 400, "invalid_body"), ("[]", 400, "invalid_body"), ("{", 400, "invalid_body"),
        (#"{"controller": 1}"#, 400, "invalid_body"),
        (opening.replacing("0.01", with: "\"fast\""), 400, "invalid_body"),
        (opening.replacing("0.01", with: "-1"), 422, "invalid_value"),
        (opening.replacing("0.01", with: "7"), 422, "invalid_value"),
        (opening.replacing("\"interval\": 10", with: "\"interval\": 0"), 422, "invalid_value"),
        (opening.replacing("\"interval\": 10", with: "\"interval\": 101"), 422, "invalid_value"),
        (opening.replacing("job", with: "a b"), 422, "invalid_value"),
        (opening.replacing("\"a\"", with: "\"\(String(repeating: "é", count: 257))\""), 422, "invalid_value"),
        (opening.replacing("sample", with: "../sample"), 404, "unknown_controller"),
        (opening.replacing("sample", with: "none"), 404, "unknown_controller"),
        (
          opening.replacing("\"a\"", with: "\"\(String(repeating: "x", count: 1000))\""), 413,
          "body_too_large"
        ),
      ]
      for (body, status, code) in cases {
        let answer = try await call(try service.client(), "POST", "/v1/runs", body: body)
        #expect(answer.status == status && answer.code == code, "\(body.prefix(100)): \(answer.body)")
      }
      let type = try await call(
        client, "POST", "/v1/runs", body: opening, headers: ["Content-Type": "text/plain"])
      #expect(type.status == 415)
      let path = try await client.request("GET", "/v2/none")
      #expect(path.status == 404 && path.code == "unknown_path")
      let method = try await client.request("PUT", "/v1/runs/x")
      #expect(method.status == 405 && method.headers["allow"] == "DELETE, GET, HEAD")
      let host = try await client.request("GET", "/v1/runs", headers: ["Host": "evil.example"])
      #expect(host.status == 403 && host.code == "unknown_host")
      #expect(try await client.request("GET", "/v1/runs", headers: ["Host": "localhost:80"]).status == 200)
    }
  }

  @Test("Tokens are asked for, scopes hold, and runs belong to their token")
  func tokens() async throws {
    try await RunningService.with({ configuration in
      let path = configuration.database + ".tokens"
      // The hashes of "a", "b" and "c", by sha256sum.
      let lines = """
        alice read,write ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb
        bob read,write 3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d
        carol read 2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6
        """
      try Data(lines.utf8).write(to: URL(fileURLWithPath: path))
      configuration.tokens = path
    }) { service in
      let client = try service.client()
      func bearer(_ token: String) -> [String: String] { ["Authorization": "Bearer \(token)"] }
      for headers in [[:], bearer("x"), ["Authorization": "Basic a"], bearer("")] {
        let answer = try await call(client, "GET", "/v1/runs", headers: headers)
        #expect(answer.status == 401 && answer.headers["www-authenticate"] == "Bearer")
      }
      let id = try await open(client, headers: bearer("a"))
      #expect(
        try await call(client, "GET", "/v1/runs/\(id)", as: "/v1/runs/{id}", headers: bearer("a")).status
          == 200)
      #expect(
        try await call(client, "GET", "/v1/runs/\(id)", as: "/v1/runs/{id}", headers: bearer("b")).status
          == 404)
      let list = try await call(client, "GET", "/v1/runs", headers: bearer("b"))
      #expect((list.object["runs"] as? [Any])?.isEmpty == true)
      let forbidden = try await call(
        client, "POST", "/v1/runs", body: RunningService.opening, headers: bearer("c"))
      #expect(forbidden.status == 403 && forbidden.code == "missing_scope")
      for open in ["/healthz", "/readyz", "/openapi.yaml"] {
        #expect(try await call(client, "GET", open).status == 200)
      }
      #expect(try await call(client, "GET", "/metrics").status == 401)
    }
  }

  @Test("An idempotency key opens one run")
  func idempotency() async throws {
    try await RunningService.with { service in
      let client = try service.client()
      let key = ["Idempotency-Key": "k1"]
      let id = try await open(client, headers: key)
      let again = try await call(client, "POST", "/v1/runs", body: RunningService.opening, headers: key)
      #expect(again.status == 200 && again.object["id"] as? String == id)
      let other = try await call(
        client, "POST", "/v1/runs", body: RunningService.opening.replacing("100", with: "200"), headers: key)
      #expect(other.status == 409)
    }
  }

  @Test("A repeated idempotency key finds its run when the checkpoint is gone, finished or not")
  func idempotencyWithoutCheckpoint() async throws {
    try await RunningService.with { service in
      let client = try service.client()
      let key = ["Idempotency-Key": "k1"]
      let id = try await open(client, headers: key)
      try FileManager.default.removeItem(atPath: service.folder + "/checkpoints/sample.ckpt")
      let again = try await call(client, "POST", "/v1/runs", body: RunningService.opening, headers: key)
      #expect(again.status == 200 && again.object["id"] as? String == id, "\(again.body)")
      let path = "/v1/runs/\(id)"
      _ = try await call(client, "POST", path + "/finish", as: "/v1/runs/{id}/finish")
      let reopened = try await call(
        client, "POST", path + "/rewind", as: "/v1/runs/{id}/rewind", body: #"{"step": 0}"#)
      #expect(reopened.status == 200, "\(reopened.body)")
      let answer = try await call(
        client, "POST", path + "/observations", as: "/v1/runs/{id}/observations", body: RunningService.body(0)
      )
      #expect(answer.status == 200)
    }
  }

  @Test("Controllers, metrics, health and the description itself")
  func status() async throws {
    try await RunningService.with { service in
      try Data("no checkpoint".utf8).write(
        to: URL(fileURLWithPath: service.folder + "/checkpoints/broken.ckpt"))
      let client = try service.client()
      let controllers = try await call(client, "GET", "/v1/controllers")
      #expect((controllers.object["controllers"] as? [[String: Any]])?.first?["name"] as? String == "sample")
      #expect((controllers.object["damaged"] as? [[String: Any]])?.first?["file"] as? String == "broken.ckpt")
      #expect(!controllers.body.contains(service.folder))
      _ = try await open(client)
      let metrics = try await call(client, "GET", "/metrics")
      #expect(metrics.body.contains("metalr_runs_total{change=\"opened\"} 1\n"))
      #expect(metrics.body.contains("# TYPE metalr_commit_duration_seconds histogram\n"))
      let ready = try await call(client, "GET", "/readyz")
      #expect(ready.status == 200 && ready.body.contains("warning"))
      let page = try await call(client, "GET", "/")
      #expect(page.body.hasPrefix("<!doctype html>"))
      #expect(page.headers["content-security-policy"]?.contains("script-src 'sha256-") == true)
      let description = try await call(client, "GET", "/openapi.yaml")
      #expect(description.body.hasPrefix("openapi: 3.1.0"))
    }
  }

  @Test("Every path and method is described, and none else")
  func described() throws {
    let service = try MetaLRService(
      {
        let folder = try Sample.folder()
        return ServiceConfiguration(checkpoints: folder + "/checkpoints", database: folder + "/runs.sqlite")
      }())
    let offered = service.endpoints.all.map { endpoint in
      "\(endpoint.method) \(endpoint.path.replacing(/:(\w+)/) { "{\($0.1)}" })"
    }
    #expect(Set(offered) == specification.operations)
  }
}
