import BuiltInTrainees
import Experiments
import MetaLR

/// The problem that a command's options describe.
struct TraineeTask {
  let problem: Problem
  private let hello: TraineeHello?

  /// Loads the data that the options name, or starts the first process.
  init(_ options: TraineeOptions, preset: Preset, plan: RunPlan) throws {
    guard let process = options.process.configuration else {
      self = try Self(options.data, options.network, options.average, preset: preset, plan: plan)
      return
    }
    let first = try ProcessTrainee(configuration: process)
    hello = first.hello
    var description = ProblemDescription(of: first.hello, command: process.command)
    description.plan = plan
    let make = ProcessTrainee.factory(process, beginningWith: first)
    problem = Problem(description, plan: plan) { _ in try make() }
  }

  /// Loads the data that the options name.
  init(
    _ data: DataOptions, _ network: NetworkOptions, _ average: AveragingOption, preset: Preset, plan: RunPlan
  ) throws {
    hello = nil
    let data = try data.load(preset)
    let configuration = ImageClassifier.Configuration(
      model: network.specification, optimizer: try Optimizer.Configuration(parsing: network.optimizerName),
      batchSize: network.batchSize ?? preset.batchSize, averaging: average.value)
    problem = try .images(data, hash: data.contentHash(), configuration: configuration, plan: plan)
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
