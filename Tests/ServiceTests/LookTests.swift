import Foundation
import MetaLR
import Testing

@testable import Service

@Suite("Looks before the first step", .serialized)
struct LookTests: DescribedAPI {
  let specification: Specification

  init() throws { specification = try Specification() }

  static let shipped =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/checkpoints/universal.ckpt"

  static let opening = """
    {"controller": "universal", "initialLearningRate": 0.003, "totalSteps": 500, "interval": 10}
    """

  /// What a trial step sees: the loss falls up to a rate of 0.01, and a rate above 0.05 ruins the network.
  static func seen(at rate: Double) -> [Measure: Reading] {
    let loss = 2.3 - 40 * rate + 2000 * rate * rate
    return [
      .trainLoss: Reading(rate > 0.05 ? .infinity : loss), .lossBeforeTrial: Reading(2.3),
      .gradientNorm: Reading(0.8),
      .updateNorm: Reading(rate > 0.05 ? .nan : 2 * rate), .predictedDecrease: Reading(0.5 * rate),
      .weightNorm: Reading(12),
    ]
  }

  static func observation(_ step: Int) -> ReportedObservation {
    let loss = 2.3 / (1 + Double(step) / 50)
    return ReportedObservation(
      step: step,
      measures: [.trainLoss: Reading(loss), .gradientNorm: Reading(0.8), .weightNorm: Reading(12)])
  }

  static func json(_ observation: ReportedObservation) throws -> String {
    String(decoding: try JSONEncoder().encode(observation), as: UTF8.self)
  }

  /// A service with the shipped controller, and a run that was opened there.
  func with(_ work: (RunningService, TestClient, String) async throws -> Void) async throws {
    try await RunningService.with({
      try FileManager.default.copyItem(atPath: Self.shipped, toPath: $0.checkpoints + "/universal.ckpt")
    }) { service in
      let client = try service.client()
      let opened = try await call(client, "POST", "/v1/runs", body: Self.opening)
      #expect(opened.object["looks"] as? Int == 3)
      try await work(service, client, "/v1/runs/\(try #require(opened.object["id"] as? String))")
    }
  }

  /// As clients in other languages read it: JSONSerialization rounds the last bit.
  func rate(_ answer: TestClient.Answer) throws -> Double {
    struct Answer: Decodable {
      let learningRate: Double
    }
    return try JSONDecoder().decode(Answer.self, from: Data(answer.body.utf8)).learningRate
  }

  func look(_ client: TestClient, _ run: String, _ observation: ReportedObservation) async throws
    -> TestClient.Answer
  {
    try await call(
      client, "POST", run + "/looks", as: "/v1/runs/{id}/looks", body: Self.json(observation))
  }

  func observe(_ client: TestClient, _ run: String, _ observation: ReportedObservation) async throws
    -> TestClient.Answer
  {
    try await call(
      client, "POST", run + "/observations", as: "/v1/runs/{id}/observations", body: Self.json(observation))
  }

  @Test(
    "Through the service they lead to the same rates as in the process, bit for bit",
    arguments: [0.003, 0.04])
  func sameRates(initial: Double) async throws {
    let checkpoint = try Checkpoint(contentsOf: Self.shipped)
    var session = GuardedSession(
      GuardedController(controller: checkpoint.controller, guardian: try Guardian(), fallback: nil))
    var expected: [Double] = []
    var rate = try session.firstLearningRate(
      after: Self.observation(0).observation(stepBudget: 500, learningRate: initial)
    ) { rate in
      expected.append(rate)
      return Observation(
        step: 0, stepBudget: 500, learningRate: rate,
        measures: MeasureValues(Self.seen(at: rate).mapValues(\.value))
      ).asLook
    }
    expected.append(rate)
    for step in stride(from: 0, through: 100, by: 10) {
      rate = try session.learningRates(
        after: Self.observation(step).observation(stepBudget: 500, learningRate: rate), steps: 10)[0]
      expected.append(rate)
    }
    #expect(Set(expected).count > 8 && (initial < 0.02 || expected.contains { $0 > 0.05 }), "\(expected)")

    try await with { service, client, run in
      var run = run
      if initial != 0.003 {
        let body = Self.opening.replacing("0.003", with: "\(initial)")
        let id = try await call(client, "POST", "/v1/runs", body: body).object["id"] as? String
        run = "/v1/runs/\(try #require(id))"
      }
      var rates = [initial]
      var first = Self.observation(0)
      for remaining in [2, 1, 0] {
        first.looks.append(Self.seen(at: try #require(rates.last)))
        let answer = try await look(client, run, first)
        #expect(answer.object["remaining"] as? Int == remaining)
        rates.append(try self.rate(answer))
      }
      for step in stride(from: 0, through: 100, by: 10) {
        let answer = try await observe(client, run, step == 0 ? first : Self.observation(step))
        rates.append(try self.rate(answer))
      }
      #expect(rates == expected)
      // After a rewind, and when all is decided again from what is stored.
      _ = try await call(client, "POST", run + "/rewind", as: "/v1/runs/{id}/rewind", body: #"{"step": 0}"#)
      let again = try await observe(client, run, first)
      #expect(try self.rate(again) == rates[4])
      let next = try await observe(client, run, Self.observation(10))
      #expect(try self.rate(next) == rates[5])
      let verification = try DatabaseVerification(path: service.folder + "/runs.sqlite", repeating: true)
      #expect(verification.isWhole && verification.repeated == 2, "\(verification)")
    }
  }

  @Test("Asking stores nothing; the step is decided for its looks, and for no others")
  func stored() async throws {
    try await with { _, client, run in
      var first = Self.observation(0)
      #expect(try await look(client, run, first).object["remaining"] as? Int == 3)
      first.looks = [Self.seen(at: 0.003)]
      _ = try await look(client, run, first)
      #expect(try await call(client, "GET", run, as: "/v1/runs/{id}").object["nextStep"] as? Int == 0)
      let decided = try await observe(client, run, first)
      #expect(decided.status == 200)
      #expect(try await observe(client, run, first).body == decided.body)
      first.looks = []
      #expect(try await observe(client, run, first).code == "conflicting_observation")
    }
  }

  @Test("Looks at another step, more of them than the controller takes, and impossible ones are refused")
  func refusals() async throws {
    try await with { _, client, run in
      var late = Self.observation(10)
      #expect(try await look(client, run, late).code == "invalid_value")
      late.looks = [Self.seen(at: 0.003)]
      #expect(try await observe(client, run, late).code == "invalid_value")
      var first = Self.observation(0)
      first.looks = Array(repeating: Self.seen(at: 0.003), count: 4)
      let refused = try await look(client, run, first)
      #expect(refused.code == "invalid_value" && refused.body.contains("takes 3"))
      #expect(try await observe(client, run, first).code == "invalid_value")
      first.looks = [[.trainLoss: Reading(1), .updateNorm: Reading(-1)]]
      #expect(try await look(client, run, first).code == "invalid_value")
      for looks in [#"[{"updateNorm": 1}]"#, "[1]", "1"] {
        let body = #"{"step": 0, "trainLoss": 1, "looks": \#(looks)}"#
        let answer = try await call(client, "POST", run + "/looks", as: "/v1/runs/{id}/looks", body: body)
        #expect(answer.status == 400, "\(looks): \(answer.body)")
      }
    }
  }

  @Test("A reading that is not finite asks for no look")
  func diverged() async throws {
    try await with { _, client, run in
      let first = ReportedObservation(step: 0, measures: [.trainLoss: Reading(.nan)])
      let answer = try await look(client, run, first)
      #expect(answer.object["remaining"] as? Int == 0 && answer.object["learningRate"] as? Double == 0.003)
    }
  }

  @Test("An observation with looks is stored bit for bit")
  func bytes() throws {
    var observation = Self.observation(0)
    for looks in [[], [Self.seen(at: 0.1)], [Self.seen(at: 0.001), [.trainLoss: Reading(-0.0)]]] {
      observation.looks = looks
      let read = ReportedObservation(step: 0, stored: observation.stored)
      #expect(read == observation && read?.stored == observation.stored)
    }
    observation.measures = Sample.observation(0).measures
    observation.looks = [[.trainLoss: Reading(1)]]
    #expect(ReportedObservation(step: 0, stored: observation.stored) == observation)
  }
}
