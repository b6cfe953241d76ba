import ArgumentParser
import BuiltInTrainees
import Datasets
import MetaLR
import NeuralNet

/// What is trained: the data, the network and its optimizer.
struct TraineeOptions: ParsableArguments {
  @Option(
    name: .customLong("trainee"),
    help: ArgumentHelp(
      "Train in processes of this command instead, one a worker; it decides data, model, optimizer and batch size. Not for benchmark, pbt and reproduce.",
      discussion: "See Docs/Trainee-protocol.md, and try it with 'metalr check-trainee'.",
      valueName: "command"))
  var command: String?

  @Option(
    help: ArgumentHelp(
      "With --trainee: seconds that the steps of one interval, or a test, may take (default: 600).",
      valueName: "seconds"))
  var traineeTimeout: Double?

  @OptionGroup var data: DataOptions

  @Option(help: "Network: cnn (LeNet-5) or resnet (default: cnn).")
  var model: ModelKind?

  @Option(
    help: ArgumentHelp(
      "ResNet: channels of the first stage (default: 64, with --blocks 16).", valueName: "channels"))
  var width: Int?

  @Option(
    help: ArgumentHelp(
      "ResNet: the CIFAR form of three stages with n blocks each, 6n+2 layers, instead of 18 layers.",
      valueName: "n"))
  var blocks: Int?

  @Option(
    help:
      "Optimizer: \(Optimizer.Configuration.all.map(\.name).joined(separator: ", ")) (default: adam).")
  var optimizer: String?

  @Option(
    help: ArgumentHelp(
      "Images of one optimizer step (default: the preset's 200 or 1000).", valueName: "images"))
  var batchSize: Int?

  @Option(
    help: ArgumentHelp(
      "Judge runs by an average of their weights too, where it is better: polynomial, or ema:DECAY such as ema:0.99.",
      valueName: "average"), transform: { try WeightAveraging(parsing: $0) })
  var averaging: WeightAveraging?

  /// The network that the options describe.
  var specification: ModelSpecification {
    switch (modelKind, blocks) {
    case (.cnn, _): .leNet
    case (.resnet, nil): .resNet18(width: width ?? 64)
    case (.resnet, let blocks?): .cifarResNet(blocks: blocks, width: width ?? 16)
    }
  }

  /// The network, LeNet-5 where none is named.
  var modelKind: ModelKind { model ?? .cnn }

  /// The optimizer, Adam where none is named.
  var optimizerName: String { optimizer ?? "adam" }

  /// The process to train in, where there is one.
  var process: ProcessTrainee.Configuration? {
    guard let command else { return nil }
    var process = ProcessTrainee.Configuration(commandLine: command)
    process.timeLimits.train = traineeTimeout ?? process.timeLimits.train
    process.timeLimits.evaluate = process.timeLimits.train
    return process
  }

  func validate() throws {
    try validateProcess()
    if let batchSize, batchSize < 1 {
      throw ValidationError("--batch-size is \(batchSize); give a whole number of at least 1.")
    }
    try validateCount("--width", width)
    try validateCount("--blocks", blocks)
  }

  /// Refuses a size where none of a command's networks has one; which they are, the command knows.
  func validateSize(of models: [ModelKind]) throws {
    guard width == nil && blocks == nil || models.contains(.resnet) else {
      throw ValidationError("--width and --blocks are for --model resnet; LeNet-5 has one size.")
    }
  }
}

extension TraineeOptions {
  private func validateProcess() throws {
    guard command != nil else {
      guard traineeTimeout == nil else { throw ValidationError("--trainee-timeout is for --trainee.") }
      return
    }
    if let traineeTimeout, !(traineeTimeout > 0 && traineeTimeout.isFinite) {
      throw ValidationError("--trainee-timeout is \(traineeTimeout); give a positive number of seconds.")
    }
    if data.dataset != nil || model != nil || optimizer != nil || batchSize != nil || averaging != nil {
      throw ValidationError(
        "--dataset, --model, --optimizer, --batch-size and --averaging are for the built-in trainee; "
          + "the command of --trainee has options of its own.")
    }
  }
}

/// The networks that the command can train.
enum ModelKind: String, CaseIterable, ExpressibleByArgument {
  case cnn
  case resnet
}
