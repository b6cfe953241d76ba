import Files
import Foundation
import Testing

@testable import MetaLR

extension ControllerCard {
  /// With more steps than two of them could count together.
  fileprivate var endless: ControllerCard {
    var card = self
    card.steps = .max
    return card
  }
}

@Suite("Checkpoints")
struct CheckpointTests {
  static func sample(actor: NetworkShape = .lstm(hidden: 5)) throws -> Checkpoint {
    let training = try ControllerTrainingTests.train(
      ControllerTrainingTests.configuration(episodes: 5, actor: actor), workers: 2)
    return Checkpoint(
      controller: training.controller,
      card: try ControllerCard(
        problems: ControllerTrainingTests.problems().description, training: training.configuration,
        episodes: 5, steps: training.state.stepCount, evaluation: []))
  }

  @Test(
    "A controller read back gives the same answers, bit for bit",
    arguments: [NetworkShape.mlp(hidden: 4), .lstm(hidden: 5)])
  func roundTrip(actor: NetworkShape) throws {
    let checkpoint = try Self.sample(actor: actor)
    let read = try Checkpoint(decoding: checkpoint.encoded(), path: "a.ckpt")
    #expect(read.card == checkpoint.card)
    #expect(read.controller.policy == checkpoint.controller.policy)
    #expect(try read.encoded() == checkpoint.encoded())
    func rates(_ controller: Controller) throws -> [Double] {
      var session = controller.session()
      return try TrainingRun(
        of: RegressionTrainee(), ratesFrom: &session, seed: 3, initialLearningRate: 0.01,
        plan: RunPlan(stepBudget: 100, interval: 10)
      ).observations.map(\.learningRate)
    }
    #expect(try rates(read.controller) == rates(checkpoint.controller))
  }

  @Test("A card with impossible numbers is refused")
  func impossibleCard() throws {
    let checkpoint = try Self.sample()
    let changes: [(inout ControllerCard) -> Void] = [
      { $0.episodes = -1 }, { $0.steps = -1 }, { $0.training.initialLearningRates = [] },
      { $0.training.initialLearningRates = [-1] }, { $0.earlier = [$0, $0].map(\.endless) },
    ]
    for change in changes {
      var card = checkpoint.card
      change(&card)
      let edited = try Checkpoint(controller: checkpoint.controller, card: card).encoded()
      #expect(throws: FileError.self) { try Checkpoint(decoding: edited, path: "a.ckpt") }
    }
  }

  @Test("A fall is kept, in a format that older builds refuse, and other controllers are written as before")
  func fall() throws {
    let level = try Self.sample()
    var action = level.controller.action
    action.fall = 0.25
    let controller = Controller(
      features: level.controller.features, action: action, normalizer: level.controller.normalizer,
      policy: level.controller.policy)
    for (checkpoint, version) in [(level, "2"), (Checkpoint(controller: controller, card: level.card), "3")] {
      let file = try checkpoint.encoded()
      #expect(try Safetensors(decoding: file, path: "a.ckpt").metadata["formatVersion"] == version)
      let read = try Checkpoint(decoding: file, path: "a.ckpt").controller
      #expect(read.action == checkpoint.controller.action)
    }
  }

  @Test("A newer format is refused by name")
  func newerFormat() throws {
    var file = try Safetensors(decoding: Self.sample().encoded(), path: "a.ckpt")
    file.metadata["formatVersion"] = "4"
    let error = #expect(throws: FileError.self) { try Checkpoint(decoding: file.encoded(), path: "a.ckpt") }
    #expect(error?.description.contains("format 4; this build reads up to 3") == true)
  }

  @Test("Whatever is missing, of another shape or not finite is named")
  func wrongContents() throws {
    let whole = try Safetensors(decoding: Self.sample().encoded(), path: "a.ckpt")
    for name in whole.tensors.keys {
      var file = whole
      file.tensors[name] = nil
      let missing = #expect(throws: FileError.self) {
        try Checkpoint(decoding: file.encoded(), path: "a.ckpt")
      }
      #expect(missing?.problem.contains("'\(name)'") == true)
      file.tensors[name] = Tensor(shape: [1, 1, 1], values: .float32([1]))
      #expect(throws: FileError.self) { try Checkpoint(decoding: file.encoded(), path: "a.ckpt") }
      let shape = try #require(whole.tensors[name]).shape
      file.tensors[name] = Tensor(
        shape: shape, values: .float32(Array(repeating: .nan, count: shape.reduce(1, *))))
      #expect(throws: FileError.self) { try Checkpoint(decoding: file.encoded(), path: "a.ckpt") }
    }
    for name in whole.metadata.keys {
      var file = whole
      file.metadata[name] = "{}"
      #expect(throws: FileError.self) { try Checkpoint(decoding: file.encoded(), path: "a.ckpt") }
      file.metadata[name] = nil
      #expect(throws: FileError.self) { try Checkpoint(decoding: file.encoded(), path: "a.ckpt") }
    }
  }

  @Test("Somebody else's safetensors file is no controller")
  func foreign() throws {
    let file = try Safetensors(tensors: ["a": Tensor(shape: [1], values: .float32([1]))]).encoded()
    let error = #expect(throws: FileError.self) { try Checkpoint(decoding: file, path: "a.ckpt") }
    #expect(error?.problem.contains("no controller") == true)
  }
}
