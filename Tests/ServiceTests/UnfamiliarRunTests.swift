import Foundation
import Testing

@testable import Service

@Suite("Runs that a controller of the service was not trained for", .serialized)
struct UnfamiliarRunTests: DescribedAPI {
  let specification: Specification

  init() throws { specification = try Specification() }

  static let shipped =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/checkpoints"

  /// The body that opens a run of 1,000 steps, as `fashion` was trained with.
  static func opening(_ controller: String, steps: Int = 1000, trainee: String = "") -> String {
    """
    {"controller": "\(controller)", "initialLearningRate": 0.003, "totalSteps": \(steps), \
    "interval": 10\(trainee.isEmpty ? "" : #", "trainee": \#(trainee)"#)}
    """
  }

  static func with(_ work: (TestClient) async throws -> Void) async throws {
    try await RunningService.with({
      for name in ["fashion", "universal"] {
        try FileManager.default.copyItem(
          atPath: "\(shipped)/\(name).ckpt", toPath: "\($0.checkpoints)/\(name).ckpt")
      }
    }) { try await work($0.client()) }
  }

  @Test("The answer to an opened run names every difference, and the same again for a repetition")
  func named() async throws {
    try await Self.with { client in
      let cases: [(String, [String])] = [
        (Self.opening("fashion"), []),
        (
          Self.opening(
            "fashion", trainee: #"{"optimizer": "adam", "network": "LeNet-5", "batchSize": 1000}"#),
          []
        ),
        (
          Self.opening("fashion", steps: 500, trainee: #"{"optimizer": "sgd", "batchSize": 64}"#),
          [
            "optimizer sgd, trained with adam", "batch size 64, trained with 1000",
            "steps 500, trained with 1000",
          ]
        ),
        (Self.opening("universal", steps: 70, trainee: #"{"optimizer": "sgd", "network": "ViT"}"#), []),
      ]
      for (number, (body, differences)) in cases.enumerated() {
        let key = ["Idempotency-Key": "k\(number)"]
        for status in [201, 200] {
          let answer = try await call(client, "POST", "/v1/runs", body: body, headers: key)
          #expect(answer.status == status, "\(answer.body)")
          #expect(answer.object["unfamiliar"] as? [String] == differences, "\(answer.body)")
        }
      }
    }
  }

  @Test(
    "A trainee that is described wrongly is refused",
    arguments: [
      (#"{"optimizer": 3}"#, 400, "trainee.optimizer"), ("[]", 400, "trainee"),
      (#"{"batchSize": 0}"#, 422, "trainee.batchSize is 0."),
      (#"{"network": "\#(String(repeating: "n", count: 65))"}"#, 422, "trainee.network is too long."),
    ])
  func refused(trainee: String, status: Int, message: String) async throws {
    try await Self.with { client in
      let answer = try await call(
        client, "POST", "/v1/runs", body: Self.opening("fashion", trainee: trainee))
      #expect(answer.status == status && answer.body.contains(message), "\(answer.body)")
    }
  }
}
