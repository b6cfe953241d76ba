import BuiltInTrainees
import Experiments
import MetaLR

/// The problem that a command's options describe.
struct TraineeTask {
  let problem: Problem
  private let hello: TraineeHello?

  /// Loads the data that the options name, or starts the first process.
  init(_ options: TraineeOptions, preset: Preset, plan: RunPlan) throws {
    if let process = options.process {
      let first = try ProcessTrainee(configuration: process)
      hello = first.hello
      var description = ProblemDescription(of: first.hello, command: process.command)
      description.plan = plan
      let make = ProcessTrainee.factory(process, beginningWith: first)
      problem = Problem(description, plan: plan) { _ in try make() }
    } else {
      hello = nil
      let data = try options.data.load(preset)
      let configuration = ImageClassifier.Configuration(
        model: options.specification, optimizer: try Optimizer.Configuration(parsing: options.optimizerName),
        batchSize: options.batchSize ?? preset.batchSize, averaging: options.averaging ?? .none)
      problem = try .images(data, hash: data.contentHash(), configuration: configuration, plan: plan)
    }
  }

  /// Checks that its runs can be tested at their best validation loss, before hours are spent on them.
  func requireTests() throws {
    guard let hello else { return }
    for capability in [TraineeHello.Capability.evaluate, .snapshot]
    where !hello.capabilities.contains(capability) {
      throw IncapableTrainee(command: problem.description.command ?? "", capability: capability.rawValue)
    }
  }
}

/// A process that lacks what a command needs of it.
struct IncapableTrainee: Error, CustomStringConvertible {
  let command: String
  let capability: String

  var description: String {
    "The trainee '\(command)' does not have the capability '\(capability)', which tests of runs need. "
      + "Add it (Docs/Trainee-protocol.md), or train without a test: --seeds 0."
  }
}
