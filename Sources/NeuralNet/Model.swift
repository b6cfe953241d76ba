internal import Kernels

/// A network as data: operations in order, each from the values it reads to the value it makes.
///
/// A value is one activation, (channels, height, width) an image. Value 0 is the input; the last is the logits.
/// Make one with ``leNet(input:classes:width:)``, ``wideLeNet(input:classes:width:dropout:)``,
/// ``resNet(input:classes:widths:blocks:)`` or a ``ModelBuilder``.
public struct Model: Sendable {
  /// The size of a value, for one image.
  public struct Shape: Sendable, Equatable, Codable, CustomStringConvertible {
    /// Feature maps; colour planes for the input.
    public var channels: Int
    /// Rows of a feature map.
    public var height: Int
    /// Places of a row.
    public var width: Int

    /// Creates a shape; every side is at least 1.
    public init(channels: Int, height: Int, width: Int) {
      self.channels = channels
      self.height = height
      self.width = width
    }

    /// Places of one feature map.
    public var area: Int { height * width }
    /// Numbers of one image: channels x height x width.
    public var count: Int { channels * area }
    /// "3x32x32".
    public var description: String { "\(channels)x\(height)x\(width)" }
  }

  /// Everything that training changes.
  public let parameters: ParameterTable
  /// Running mean and variance of each batch normalisation, which evaluation uses.
  public let statistics: ParameterTable
  /// Number of classes, which is the number of logits.
  public let classes: Int
  /// How convolutions and dense layers start.
  public internal(set) var initialWeights = InitialWeights.uniform

  /// The size of one input image.
  public var input: Shape { shapes[0] }

  /// Where the weights of the last dense layer lie among the parameters; nil in a model without one.
  public var lastDenseWeights: Range<Int>? {
    nodes.reversed().lazy.compactMap { node in
      if case .dense(let layer) = node.operation { layer.weight } else { nil }
    }.first
  }

  /// Where scales and shifts of batch normalizations lie among the parameters.
  public var batchNormParameters: [Range<Int>] {
    nodes.flatMap { node in
      if case .batchNorm(let layer) = node.operation { [layer.weight, layer.bias] } else { [Range<Int>]() }
    }
  }

  /// Multiplications with addition of one image in the forward pass, by convolutions and dense layers.
  public var multiplyAdds: Int {
    nodes.reduce(0) { $0 + multiplyAdds(of: $1) }
  }

  /// Multiplications with addition of one image in forward and backward pass, by convolutions and dense layers.
  ///
  /// Forward, gradient of the weights and gradient of the input cost the same each; layers that read the images
  /// need no gradient of their input. Zeros are counted as multiplied, wherever they come from.
  public var trainingMultiplyAdds: Int {
    nodes.reduce(3 * multiplyAdds) { sum, node in
      node.inputs.contains(0) ? sum - multiplyAdds(of: node) : sum
    }
  }

  /// Whether ``Network/dropoutSeed`` matters.
  public var hasDropout: Bool {
    nodes.contains { if case .dropout = $0.operation { true } else { false } }
  }

  let nodes: [Node]
  let shapes: [Shape]

  private func multiplyAdds(of node: Node) -> Int {
    switch node.operation {
    case .convolution(let layer), .convolutionPool(let layer):
      layer.weight.count * Int(layer.shape.outputHeight * layer.shape.outputWidth)
    case .dense(let layer): layer.weight.count
    case .maxPool, .averagePool, .relu, .batchNorm, .add, .dropout: 0
    }
  }

  /// One operation: the values it reads and the value it makes.
  struct Node: Sendable {
    var operation: Operation
    var inputs: [Int]
    var output: Int
  }

  enum Operation: Sendable {
    case convolution(Convolution)
    /// A convolution, ReLU and 2x2 max pooling in one; made by ``Model/fusingPooling()`` alone.
    case convolutionPool(Convolution)
    case dense(Dense)
    case maxPool(PoolShape)
    case averagePool(PoolShape)
    case relu
    case batchNorm(BatchNorm)
    case add
    /// In place. In training each number is 0 with this probability and else divided by the probability of the rest.
    case dropout(Double)
  }

  struct Convolution: Sendable {
    var shape: ConvolutionShape
    var weight: Range<Int>
    var bias: Range<Int>?
  }

  struct Dense: Sendable {
    var shape: DenseShape
    var weight: Range<Int>
    var bias: Range<Int>
  }

  /// Scale (`weight`) and shift (`bias`) are parameters; running mean and variance are statistics.
  struct BatchNorm: Sendable {
    var channels: Int
    var area: Int
    var weight: Range<Int>
    var bias: Range<Int>
    var runningMean: Range<Int>
    var runningVariance: Range<Int>
    /// Whether ReLU follows, and before it the addition of a second input; set by ``Model/fusingNormalisation()``.
    var hasAddend = false
    var hasReLU = false
  }
}

/// A network that cannot be built, because its layers do not fit the images or each other.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What does not fit, which layer, and the remedy.
  public let description: String

  /// Creates an error from its sentences.
  public init(_ description: String) { self.description = description }
}
