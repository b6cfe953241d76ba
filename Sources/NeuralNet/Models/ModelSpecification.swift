/// Which network to build, before the images and their classes are known.
public enum ModelSpecification: Sendable, Equatable, Hashable, Codable {
  /// LeNet-5: ``Model/leNet(input:classes:width:)``.
  case leNet
  /// LeNet-5 with so many times the channels and units: ``Model/leNet(input:classes:width:)``.
  case scaledLeNet(width: Double)
  /// The LeNet of TensorFlow's models: ``Model/wideLeNet(input:classes:width:dropout:)``.
  case wideLeNet(width: Double = 1, dropout: Double = 0)
  /// Dense layers alone: ``Model/mlp(input:classes:width:)``.
  case mlp(width: Double = 1)
  /// A small convolutional network with batch normalisation: ``Model/smallCNN(input:classes:width:)``.
  case smallCNN(width: Double = 1)
  /// A residual network of basic blocks: ``Model/resNet(input:classes:widths:blocks:)``.
  case resNet(widths: [Int] = [64, 128, 256, 512], blocks: Int = 2)

  /// ResNet-18, whose first stage has `width` channels and each next one twice as many.
  public static func resNet18(width: Int = 64) -> ModelSpecification {
    .resNet(widths: [width, 2 * width, 4 * width, 8 * width], blocks: 2)
  }

  /// The network of 6n + 2 layers for CIFAR-10, with n `blocks` a stage; three make ResNet-20.
  ///
  /// He et al. (2016), section 4.2.
  public static func cifarResNet(blocks: Int = 3, width: Int = 16) -> ModelSpecification {
    .resNet(widths: [width, 2 * width, 4 * width], blocks: blocks)
  }

  /// The same network with so many times the channels and units in each layer but the last.
  ///
  /// - Parameter factor: From 0.01 to 100; counts are rounded to at least 1.
  /// - Returns: The scaled network; itself for a factor of 1.
  /// - Throws: ``ModelError`` for another factor.
  public func scaled(by factor: Double) throws(ModelError) -> ModelSpecification {
    switch self {
    case .leNet:
      _ = try Self.scaled(1, by: factor)
      return factor == 1 ? .leNet : .scaledLeNet(width: factor)
    case .scaledLeNet(let width): return try ModelSpecification.leNet.scaled(by: width * factor)
    case .wideLeNet(let width, let dropout):
      _ = try Self.scaled(1, by: width * factor)
      return .wideLeNet(width: width * factor, dropout: dropout)
    case .mlp(let width):
      _ = try Self.scaled(1, by: width * factor)
      return .mlp(width: width * factor)
    case .smallCNN(let width):
      _ = try Self.scaled(1, by: width * factor)
      return .smallCNN(width: width * factor)
    case .resNet(let widths, let blocks):
      var scaled: [Int] = []
      for width in widths { scaled.append(try Self.scaled(width, by: factor)) }
      return .resNet(widths: scaled, blocks: blocks)
    }
  }

  /// A count of channels or units times a factor.
  static func scaled(_ count: Int, by factor: Double) throws(ModelError) -> Int {
    guard (0.01...100).contains(factor) else {
      throw ModelError("A network cannot be scaled by \(factor). Choose a width from 0.01 to 100.")
    }
    return max(1, Int((Double(count) * factor).rounded()))
  }

  /// Builds the network for images of a size.
  ///
  /// - Throws: ``ModelError`` when the images do not fit the network.
  public func model(input: Model.Shape, classes: Int) throws(ModelError) -> Model {
    switch self {
    case .leNet: try .leNet(input: input, classes: classes)
    case .scaledLeNet(let width): try .leNet(input: input, classes: classes, width: width)
    case .wideLeNet(let width, let dropout):
      try .wideLeNet(input: input, classes: classes, width: width, dropout: dropout)
    case .mlp(let width): try .mlp(input: input, classes: classes, width: width)
    case .smallCNN(let width): try .smallCNN(input: input, classes: classes, width: width)
    case .resNet(let widths, let blocks):
      try .resNet(input: input, classes: classes, widths: widths, blocks: blocks)
    }
  }
}

extension ModelSpecification: CustomStringConvertible {
  /// "LeNet-5", "Wide LeNet", "ResNet-20 (16-32-64)".
  public var description: String {
    switch self {
    case .leNet: "LeNet-5"
    case .scaledLeNet(let width): "LeNet-5 x\(width)"
    case .wideLeNet(let width, let dropout):
      "Wide LeNet" + (width == 1 ? "" : " x\(width)") + (dropout == 0 ? "" : " (dropout \(dropout))")
    case .mlp(let width): "MLP" + (width == 1 ? "" : " x\(width)")
    case .smallCNN(let width): "Small CNN" + (width == 1 ? "" : " x\(width)")
    case .resNet(let widths, let blocks):
      "ResNet-\(2 * widths.count * blocks + 2) (\(widths.map(String.init).joined(separator: "-")))"
    }
  }
}

extension ModelSpecification {
  /// The built-in networks by the names that a command line gives them.
  ///
  /// A new network is a file in `Models`, a case of ``ModelSpecification`` and one here.
  public enum Kind: String, CaseIterable, Sendable {
    /// LeNet-5.
    case cnn
    /// The LeNet of TensorFlow's models.
    case leNetWide = "lenet-wide"
    /// A small convolutional network with batch normalisation.
    case cnnSmall = "cnn-small"
    /// Dense layers alone.
    case mlp
    /// ResNet-18.
    case resnet

    /// What it is, in a few words.
    public var summary: String {
      switch self {
      case .cnn: "LeNet-5"
      case .leNetWide: "32 and 64 channels, 1,024 units"
      case .cnnSmall: "three convolutions with batch norm"
      case .mlp: "two layers of 128 units"
      case .resnet: "ResNet-18"
      }
    }

    /// The network in its usual size.
    public var specification: ModelSpecification {
      switch self {
      case .cnn: .leNet
      case .leNetWide: .wideLeNet()
      case .cnnSmall: .smallCNN()
      case .mlp: .mlp()
      case .resnet: .resNet18()
      }
    }
  }
}
