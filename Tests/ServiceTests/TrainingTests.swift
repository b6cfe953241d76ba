import Foundation
import MetaLR
import Testing

@testable import Service

@Suite("Controllers are trained by the service", .serialized)
struct TrainingTests: DescribedAPI {
  let specification: Specification

  init() throws { specification = try Specification() }

  func begin(
    _ client: TestClient, _ name: String, seed: Int, headers: [String: String] = [:]
  ) async throws -> TestClient.Answer {
    try await call(
      client, "POST", "/v1/trainings", body: #"{"name": "\#(name)", "episodes": 10, "seed": \#(seed)}"#,
      headers: headers)
  }

  /// Waits until a training has a status, and shows it.
  func await(_ client: TestClient, _ id: String, _ status: TrainingStatus) async throws -> [String: Any] {
    for _ in 0..<500 {
      let answer = try await call(client, "GET", "/v1/trainings/\(id)", as: "/v1/trainings/{id}")
      if answer.object["status"] as? String == status.rawValue { return answer.object }
      try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("The training is never \(status).")
    return [:]
  }

  func id(_ answer: TestClient.Answer) throws -> String { try #require(answer.object["id"] as? String) }

  @Test("A training runs, tells its curve, and its controller opens a run")
  func whole() async throws {
    try await RunningService.with(FakeWorker.use) { service in
      let client = try service.client()
      let begun = try await begin(client, "made", seed: FakeWorker.Seed.finishes)
      let id = try id(begun)
      #expect(begun.status == 201 && begun.headers["location"] == "/v1/trainings/\(id)")
      let again = try await begin(client, "made", seed: FakeWorker.Seed.finishes)
      #expect(again.status == 200 && again.object["id"] as? String == id)
      let finished = try await self.await(client, id, .finished)
      #expect(finished["episodes"] as? Int == 10)
      let curve = try #require(finished["curve"] as? [[String: Any]])
      #expect(curve.map { $0["meanReturn"] as? Double } == [-0.5, 0.25])
      let controllers = try await client.request("GET", "/v1/controllers")
      let made = (controllers.object["controllers"] as? [[String: Any]])?.first {
        $0["name"] as? String == "made"
      }
      #expect(made?["hash"] as? String == finished["controllerHash"] as? String && made?["card"] != nil)
      let run = try await client.request(
        "POST", "/v1/runs", body: RunningService.opening.replacing("sample", with: "made"))
      #expect(run.status == 201)
      let other = try await begin(client, "made", seed: FakeWorker.Seed.waits)
      #expect(other.status == 409 && other.code == "training_exists")
      let taken = try await begin(client, "sample", seed: FakeWorker.Seed.finishes)
      #expect(taken.status == 409 && taken.code == "controller_exists")
      let list = try await call(client, "GET", "/v1/trainings?limit=1")
      #expect((list.object["trainings"] as? [Any])?.count == 1 && list.object["next"] is String)
      #expect(try FileManager.default.contentsOfDirectory(atPath: service.folder + "/trainings").isEmpty)
      let deleted = try await call(
        client, "DELETE", "/v1/trainings/\(id)", as: "/v1/trainings/{id}")
      #expect(deleted.status == 204)
    }
  }

  @Test("Events tell the updates, those made already first, and end with the training")
  func events() async throws {
    try await RunningService.with(FakeWorker.use) { service in
      let id = try id(try await begin(try service.client(), "made", seed: FakeWorker.Seed.finishes))
      let stream = try await service.client().request("GET", "/v1/trainings/\(id)/events")
      #expect(stream.headers["content-type"] == "text/event-stream")
      let names = stream.body.split(separator: "\n").filter { $0.hasPrefix("event: ") }
      #expect(
        names.filter { $0 == "event: update" }.count == 2 && names.last == "event: training", "\(names)")
      #expect(stream.body.contains("id: 1\nevent: update\n") && stream.body.contains(#""status":"finished""#))
      let rest = try await service.client().request(
        "GET", "/v1/trainings/\(id)/events", headers: ["Last-Event-ID": "0"])
      #expect(!rest.body.contains("id: 0\n") && rest.body.contains("id: 1\n"))
    }
  }

  @Test(
    "What cannot be trained is refused before it is queued",
    arguments: [
      (#"{"name": "a"}"#, 400, "episodes"), (#"{"name": ".a", "episodes": 1}"#, 422, "name"),
      (#"{"name": "../a", "episodes": 1}"#, 422, "name"), (#"{"name": "a", "episodes": 1001}"#, 422, "1000"),
      (#"{"name": "a", "episodes": 1, "trainee": "rm"}"#, 422, "example"),
      (#"{"name": "a", "episodes": 1, "steps": 5}"#, 422, "steps"),
      (#"{"name": "a", "episodes": 1, "trainee": "example", "optimizer": "adam"}"#, 422, "optimizer"),
      (#"{"name": "a", "episodes": 1, "preset": "quick"}"#, 422, "universal"),
      (#"{"name": "a", "episodes": 1, "trainee": "example", "preset": "universal"}"#, 422, "paper"),
      (#"{"name": "a", "episodes": 1, "optimizer": "nonsense"}"#, 422, "There is no optimizer in x."),
      (#"{"name": "a", "episodes": 1, "problems": {"drawn": {"budgets": [1, 20000]}}}"#, 422, "budgets"),
      (#"{"name": "a", "episodes": 1, "problems": {"drawn": {"widths": [4096]}}}"#, 422, "widths"),
      (#"{"name": "a", "episodes": 1, "problems": {"drawn": {"batchSizes": [8192]}}}"#, 422, "batchSizes"),
      (#"{"name": "a", "episodes": 1, "problems": {"drawn": {"batchSizes": []}}}"#, 422, "batchSizes"),
      (
        #"{"name": "a", "episodes": 1, "problems": {"drawn": {"trainCounts": [1, 65537]}}}"#, 422,
        "trainCounts"
      ),
      (#"{"name": "a", "episodes": 1, "problems": {"drawn": {"operations": 1e12}}}"#, 422, "operations"),
      (#"{"name": "a", "episodes": 1, "problems": {"drawn": {"layers": [0, 17]}}}"#, 422, "layers"),
      (#"{"name": "a", "episodes": 1, "problems": {"drawn": {"reach": 6}}}"#, 422, "reach"),
      (#"{"name": "a", "episodes": 1, "problems": {"problems": [{"dataset": "/etc"}]}}"#, 400, "drawn"),
    ] as [(String, Int, String)])
  func refused(body: String, status: Int, text: String) async throws {
    try await RunningService.with(FakeWorker.use) { service in
      let answer = try await call(try service.client(), "POST", "/v1/trainings", body: body)
      #expect(answer.status == status && answer.body.contains(text), "\(answer.body)")
      #expect(!answer.body.contains(service.folder))
      #expect(try FileManager.default.contentsOfDirectory(atPath: service.folder + "/trainings").isEmpty)
    }
  }

  @Test("A worker is told all that is asked of sampled problems, and the description knows all of it")
  func sampledProblems() async throws {
    let text = """
      {"name": "a", "episodes": 1, "problems": {"drawn": {"averaging": 0.5, "batchSizes": [4, 8], "budgets": [50, 60], \
      "convolutions": 0.1, "images": 0.1, "initialScales": [0.5, 2], "layers": [0, 8], \
      "operations": 1000000, "optimizer": "adam", "reach": 5, "regularization": 0.25, "trainCounts": [64, 99], \
      "validationCount": 32, "widths": [16]}}}
      """
    let request = try JSONDecoder().decode(TrainingRequest.self, from: Data(text.utf8))
    let folder = try Sample.folder()
    try request.prepare(folder + "/training")
    let file = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: folder + "/training/problems.json")))
    let asked = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(file as? NSDictionary == asked["problems"] as? NSDictionary)
    let drawn = (asked["problems"] as? [String: [String: Any]])?["drawn"]
    #expect(specification.sampledProperties == Set((drawn ?? [:]).keys))
    var limits = ServiceConfiguration.Trainings(folder: folder, worker: [])
    limits.steps = 60
    try request.validate(limits)
  }

  @Test("Trainings go one by one, can be cancelled while they run and while they wait, and leave nothing")
  func cancelled() async throws {
    try await RunningService.with(FakeWorker.use) { service in
      let client = try service.client()
      let first = try id(try await begin(client, "first", seed: FakeWorker.Seed.waits))
      let second = try id(try await begin(client, "second", seed: FakeWorker.Seed.finishes))
      let third = try await begin(client, "third", seed: FakeWorker.Seed.finishes)
      #expect(third.status == 429 && third.code == "too_many_trainings")
      _ = try await self.await(client, first, .running)
      let early = try await call(client, "DELETE", "/v1/trainings/\(first)", as: "/v1/trainings/{id}")
      #expect(early.status == 409 && early.code == "training_not_over")
      #expect(try await self.await(client, second, .queued)["started"] is NSNull)
      for id in [second, first] {
        let answer = try await call(
          client, "POST", "/v1/trainings/\(id)/cancel", as: "/v1/trainings/{id}/cancel")
        #expect(answer.object["status"] as? String == "cancelled")
      }
      let folder = service.folder + "/trainings/" + first
      for _ in 0..<500 where FileManager.default.fileExists(atPath: folder) {
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: service.folder + "/trainings").isEmpty)
      _ = try await self.await(client, second, .cancelled)
      let fresh = try await begin(client, "first", seed: FakeWorker.Seed.finishes)
      #expect(fresh.status == 201, "the name is free again")
      _ = try await self.await(client, try id(fresh), .finished)
    }
  }

  @Test(
    "A worker that is killed is started again, in vain three times at most; one that refuses, once",
    arguments: [
      (FakeWorker.Seed.finishesAtSecondStart, TrainingStatus.finished, nil),
      (FakeWorker.Seed.isKilled, .failed, "without a word"),
      (FakeWorker.Seed.refuses, .failed, "It cannot be."),
    ] as [(Int, TrainingStatus, String?)])
  func crashes(seed: Int, status: TrainingStatus, failure: String?) async throws {
    try await RunningService.with(FakeWorker.use) { service in
      let client = try service.client()
      let id = try id(try await begin(client, "made", seed: seed))
      let ended = try await self.await(client, id, status)
      let told = ended["failure"] as? String
      #expect(failure.map { told?.contains($0) == true } ?? (told == nil), "\(told ?? "")")
      #expect(try FileManager.default.contentsOfDirectory(atPath: service.folder + "/trainings").isEmpty)
    }
  }

  @Test("The end of the service lets the worker save, and costs the training no attempt")
  func ended() async throws {
    let folder = try Sample.folder()
    try await RunningService.with({ configuration in
      configuration.database = folder + "/runs.sqlite"
      try FakeWorker.use(&configuration)
    }) { service in
      let client = try service.client()
      let id = try id(try await begin(client, "made", seed: FakeWorker.Seed.waits))
      _ = try await self.await(client, id, .running)
    }
    let store = try Sample.store(folder)
    defer { store.close() }
    let training = try #require(try await store.trainings(of: .everybody, before: nil, limit: 1).first)
    #expect(training.status == .queued && training.attempts == 0)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder + "/trainings/" + training.id)
    #expect(left == ["saved"])
  }

  @Test("A training that ran when the service ended is taken up again by the next")
  func restart() async throws {
    let folder = try Sample.folder()
    var store = try Sample.store(folder)
    let request = TrainingRequest(name: "made", episodes: 10, seed: 7)
    let training = try await store.queue(request, owner: "o", limit: 1).training
    #expect(try await store.takeTraining()?.id == training.id)
    let update = TrainingUpdate(number: 0, episodes: 5, meanReturn: .infinity, divergedShare: 1)
    #expect(try await store.record([update], episodes: 6, of: training.id))
    #expect(try await store.takeTraining() == nil)
    store.close()
    #expect(try DatabaseVerification(path: folder + "/runs.sqlite").isWhole)
    store = try Sample.store(folder)
    defer { store.close() }
    try await store.requeueTrainings()
    let again = try #require(try await store.takeTraining())
    #expect(again.request == request && again.episodes == 6 && again.status == .running)
    #expect(try await store.updates(again, after: -1, limit: 9) == [update])
    #expect(update.meanReturn == nil)
    try await store.change(again.id) { $0.status = .cancelled }
    try await store.expireTrainings(endedBefore: 1)
    #expect(try await store.trainings(of: .everybody, before: nil, limit: 9).isEmpty)
    #expect(try await store.updates(again, after: -1, limit: 9).isEmpty)
  }

  @Test("Who may train: nobody without a folder, only administrators where the operator wants it")
  func scopes() async throws {
    try await RunningService.with { service in
      let answer = try await begin(try service.client(), "made", seed: 1)
      #expect(answer.status == 403 && answer.code == "trainings_off")
      let list = try await call(try service.client(), "GET", "/v1/trainings")
      #expect(list.status == 200 && list.object["offer"] is NSNull)
    }
    try await RunningService.with({ configuration in
      try FakeWorker.use(&configuration)
      configuration.trainings?.isForAdministrators = true
      let folder = String(configuration.database.dropLast("/runs.sqlite".count))
      configuration.tokens = try AuditTests.tokens(
        [("a", "alice", "read,write"), ("r", "root", "admin")], in: folder)
    }) { service in
      let client = try service.client()
      for (secret, status) in [("a", 403), ("r", 201)] {
        let answer = try await begin(
          client, "made", seed: FakeWorker.Seed.finishes, headers: ["Authorization": "Bearer \(secret)"])
        #expect(answer.status == status)
      }
      let list = try await call(
        client, "GET", "/v1/trainings", headers: ["Authorization": "Bearer a"])
      #expect((list.object["trainings"] as? [Any])?.isEmpty == true)
    }
  }
}
