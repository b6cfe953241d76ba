import BuiltInTrainees
import Datasets
import Experiments
import MetaLR
import NeuralNet

/// What is trained, ready to be trained: everything that trainees are made from.
struct TraineeTask {
  /// What cards and tables say of it.
  let description: ProblemDescription
  /// Makes a trainee.
  let makeTrainee: @Sendable () throws -> any Trainee
  private let hello: TraineeHello?

  /// Loads the data that the options name, or starts the first process.
  init(_ options: TraineeOptions, preset: Preset) throws {
    if let process = options.process {
      try self.init(process)
    } else {
      try self.init(builtIn: options, preset: preset)
    }
  }

  private init(_ process: ProcessTrainee.Configuration) throws {
    let first = try ProcessTrainee(configuration: process)
    hello = first.hello
    description = ProblemDescription(of: first.hello, command: process.command)
    makeTrainee = ProcessTrainee.factory(process, beginningWith: first)
  }

  private init(builtIn options: TraineeOptions, preset: Preset) throws {
    let data = try options.data.load(preset)
    let configuration = ImageClassifier.Configuration(
      model: options.specification, optimizer: try Optimizer.Configuration(name: options.optimizer),
      batchSize: options.batchSize ?? preset.batchSize)
    try self.init(data: data, hash: data.contentHash(), configuration: configuration)
  }

  /// The built-in trainee on data that is loaded.
  init(data: DataSplits, hash: String, configuration: ImageClassifier.Configuration) throws {
    // Says what is impossible before any work begins, not when the first trainee is made.
    _ = try ImageClassifier(data: data, configuration: configuration)
    hello = nil
    description = ProblemDescription(
      dataset: data.name, datasetHash: hash,
      splitSizes: [data.train.count, data.validation.count, data.test.count],
      model: "\(configuration.model)", optimizer: configuration.optimizer.name,
      batchSize: configuration.batchSize)
    makeTrainee = { try ImageClassifier(data: data, configuration: configuration) }
  }

  /// Trainees that work side by side on this task.
  func pool(workers: Int, communicator: (any Communicator)? = nil) -> TraineePool {
    TraineePool(workers: workers, communicator: communicator, makeTrainee: makeTrainee)
  }

  /// Checks that its runs can be tested at their best validation loss, before hours are spent on them.
  func requireTests() throws {
    guard let hello else { return }
    for capability in TraineeHello.Capability.allCases where !hello.capabilities.contains(capability) {
      throw IncapableTrainee(command: description.command ?? "", capability: capability.rawValue)
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
