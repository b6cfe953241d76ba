import Foundation
import Testing

@testable import MetaLR

@Suite("Edited training states")
struct EditedStateTests {
  private static let maximum = "9223372036854775807"

  /// A state of two updates in JSON, with every number of this name replaced.
  private static func edited(_ name: String, _ value: String, changes: Bool = true) throws -> Data {
    var training = try ControllerTraining(configuration: ControllerTrainingTests.configuration(episodes: 8))
    let (problems, pool) = (try ControllerTrainingTests.problems(), TraineePool(workers: 1))
    for _ in 0..<2 { try training.advance(problems: problems, on: pool) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(training.state), as: UTF8.self)
    let changed = text.replacing(try Regex("\"\(name)\":-?[0-9.e-]+"), with: "\"\(name)\":\(value)")
    #expect((changed != text) == changes)
    return Data(changed.utf8)
  }

  @Test(
    "Counts at the maximum and negative clips are refused, not added to",
    arguments: [
      ("count", maximum), ("updateCount", maximum), ("episodeCount", maximum), ("stepCount", maximum),
      ("step", maximum), ("clip", "-1"), ("clip", "0"), ("featureClip", "-1"), ("discount", "2"),
      ("stepCount", "-1"), ("updateCount", "-1"),
    ])
  func refused(name: String, value: String) throws {
    let state = try? JSONDecoder().decode(ControllerTraining.State.self, from: Self.edited(name, value))
    #expect(state?.isConsistent != true)
  }

  @Test("A state that nobody edited is taken")
  func taken() throws {
    let state = try JSONDecoder().decode(
      ControllerTraining.State.self, from: Self.edited("none", "0", changes: false))
    #expect(state.isConsistent)
  }

  @Test("An update of more episodes than there are numbers ends with the training")
  func endlessUpdate() throws {
    let state = try JSONDecoder().decode(
      ControllerTraining.State.self, from: Self.edited("episodesPerUpdate", Self.maximum))
    #expect(state.isConsistent)
    var training = ControllerTraining(resuming: state, episodes: state.episodeCount + 1)
    try training.advance(problems: ControllerTrainingTests.problems(), on: TraineePool(workers: 1))
    #expect(training.isFinished)
  }

  @Test("A run with a step that no run has is refused, not added up", arguments: ["-1", maximum])
  func impossibleStep(step: String) throws {
    let text = """
      {"seed":1,"observations":[{"step":\(step),"stepBudget":1,"learningRate":1,"trainLoss":1}],
      "hasDiverged":false,"test":{"loss":1,"accuracy":0.5}}
      """
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(TrainingRun.self, from: Data(text.utf8)) }
  }

  @Test("A run without an observation is refused where it is read")
  func emptyRun() throws {
    let text = """
      {"seed":1,"observations":[],"hasDiverged":false,"test":{"loss":1,"accuracy":0.5}}
      """
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(TrainingRun.self, from: Data(text.utf8)) }
  }
}
