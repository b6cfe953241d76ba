import ArgumentParser
import MetaLR
import NeuralNet

/// What is trained: the data, the network and its optimizer.
struct TraineeOptions: ParsableArguments {
  @OptionGroup var data: DataOptions

  @Option(help: "Network: cnn (LeNet-5) or resnet.")
  var model = ModelKind.cnn

  @Option(
    help: ArgumentHelp(
      "ResNet: channels of the first stage (default: 64, with --blocks 16).", valueName: "channels"))
  var width: Int?

  @Option(
    help: ArgumentHelp(
      "ResNet: the CIFAR form of three stages with n blocks each, 6n+2 layers, instead of 18 layers.",
      valueName: "n"))
  var blocks: Int?

  @Option(help: "Optimizer: \(Optimizer.Configuration.all.map(\.name).joined(separator: ", ")).")
  var optimizer = "adam"

  @Option(
    help: ArgumentHelp(
      "Images of one optimizer step (default: the preset's 200 or 1000).", valueName: "images"))
  var batchSize: Int?

  /// The network that the options describe.
  var specification: ModelSpecification {
    switch (model, blocks) {
    case (.cnn, _): .leNet
    case (.resnet, nil): .resNet18(width: width ?? 64)
    case (.resnet, let blocks?): .cifarResNet(blocks: blocks, width: width ?? 16)
    }
  }

  func validate() throws {
    if let batchSize, batchSize < 1 {
      throw ValidationError("--batch-size is \(batchSize); give a whole number of at least 1.")
    }
    if model == .cnn, width != nil || blocks != nil {
      throw ValidationError("--width and --blocks are for --model resnet; LeNet-5 has one size.")
    }
  }
}

/// The networks that the command can train.
enum ModelKind: String, CaseIterable, ExpressibleByArgument {
  case cnn
  case resnet
}
