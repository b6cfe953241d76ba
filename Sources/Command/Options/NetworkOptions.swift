import ArgumentParser
import BuiltInTrainees
import NeuralNet

/// The network of the built-in trainee, and its optimizer.
struct NetworkOptions: ParsableArguments {
  @Option(help: "Network: \(Self.networks) (default: cnn).")
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
    help: ArgumentHelp(
      "lenet-wide: share of the dense layer's units that each step leaves out (default: 0).",
      valueName: "share"))
  var dropout: Double?

  @Option(
    help:
      "Optimizer: \(Optimizer.Configuration.all.map(\.name).joined(separator: ", ")) (default: adam).")
  var optimizer: String?

  @Option(
    help: ArgumentHelp(
      "Images of one optimizer step (default: the preset's 200 or 1000).", valueName: "images"))
  var batchSize: Int?

  /// "cnn (LeNet-5); lenet-wide (32 and 64 channels, 1,024 units); resnet (ResNet-18)".
  private static let networks = ModelKind.allCases.map { "\($0.rawValue) (\($0.summary))" }
    .joined(separator: "; ")

  /// The network that the options describe.
  var specification: ModelSpecification {
    switch (modelKind, blocks) {
    case (.leNetWide, _): .wideLeNet(dropout: dropout ?? 0)
    case (.resnet, nil): .resNet18(width: width ?? 64)
    case (.resnet, let blocks?): .cifarResNet(blocks: blocks, width: width ?? 16)
    case (let kind, _): kind.specification
    }
  }

  /// The network, LeNet-5 where none is named.
  var modelKind: ModelKind { model ?? .cnn }

  /// The optimizer, Adam where none is named.
  var optimizerName: String { optimizer ?? "adam" }

  func validate() throws {
    if let batchSize, batchSize < 1 {
      throw ValidationError("--batch-size is \(batchSize); give a whole number of at least 1.")
    }
    if let dropout, !(0..<1).contains(dropout) {
      throw ValidationError("--dropout is \(dropout); give a share from 0 to below 1.")
    }
    try validateCount("--width", width)
    try validateCount("--blocks", blocks)
  }

  /// Refuses a size or dropout where none of a command's networks has one; which they are, the command knows.
  func validateSize(of models: [ModelKind]) throws {
    guard dropout == nil || models.contains(.leNetWide) else {
      throw ValidationError("--dropout is for --model lenet-wide; the other networks have none.")
    }
    guard width == nil && blocks == nil || models.contains(.resnet) else {
      throw ValidationError("--width and --blocks are for --model resnet; the other networks have one size.")
    }
  }
}

/// The networks that the command can train.
typealias ModelKind = ModelSpecification.Kind

extension ModelSpecification.Kind: ExpressibleByArgument {}
