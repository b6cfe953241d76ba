internal import Kernels

/// A small network over rows: dense layers, with strided convolutions in front where rows are square pictures.
///
/// Shapes, offsets and sizes derive from this description. Widths are padded with zeros to multiples of 16.
public struct RowModel: Sendable, Equatable {
  /// What follows each hidden layer.
  public enum Activation: String, Codable, CaseIterable, Sendable {
    /// max(0, z).
    case relu
    /// tanh(z).
    case tanh
    /// z sigmoid(1.702 z) (Hendrycks and Gimpel, 2016).
    case gelu

    var kernelValue: Int32 {
      switch self {
      case .relu: Int32(kActivationRelu)
      case .tanh: Int32(kActivationTanh)
      case .gelu: Int32(kActivationGelu)
      }
    }
  }

  /// One layer: a matrix product, and but for the last, a normalization, an activation, and perhaps a residual connection.
  struct Layer: Sendable, Equatable {
    /// Inputs of the product, real and padded.
    var inputs, paddedInputs: Int
    /// Outputs of the product, real and padded.
    var outputs, paddedOutputs: Int
    /// Products for each example: pixels of a convolution, 1 for a dense layer.
    var places = 1
    /// Side of the picture that a convolution reads, and its channels; 0 for a dense layer.
    var side = 0
    var channels = 0
    var isResidual = false
    /// Where weights (padded inputs, padded outputs) and bias (padded outputs) begin in the flat buffer.
    var weights = 0
    var bias = 0
    /// Where the scales of a batch normalization (padded outputs) begin, whose shifts are the bias; nil without.
    var gain: Int?
    /// Where its running means begin, with the running variances after them, among the statistics.
    var statistics = 0
    /// Real inputs of a group of `inputGroup` padded ones: the padding of the layer before.
    var inputGroup, realInGroup: Int

    var isConvolution: Bool { side > 0 }

    /// Whether an input is padding.
    func isPadding(_ input: Int) -> Bool {
      input >= paddedInputs || (isConvolution ? input >= inputs : input % inputGroup >= realInGroup)
    }
  }

  /// Features of an example.
  public let inputs: Int
  /// Outputs: classes, or 1 for a regression.
  public let outputs: Int
  /// What follows each hidden layer.
  public let activation: Activation
  /// Whether hidden layers normalize each row before the activation (Ba et al., 2016).
  public let normalizes: Bool
  /// Whether hidden layers normalize each column over the batch before the activation (Ioffe and Szegedy, 2015).
  public let batchNormalizes: Bool
  /// Share of the outputs of hidden dense layers that are set to 0 in training (Srivastava et al., 2014).
  public let dropout: Double
  let layers: [Layer]
  /// Floats of the flat parameter buffer, padding included.
  public let count: Int
  /// Trained parameters.
  public let realCount: Int
  /// Running means and variances of batch normalizations, padding included.
  public let statisticsCount: Int

  /// Describes a network.
  ///
  /// - Parameters:
  ///   - inputs: Features of an example; a square number where there are convolutions.
  ///   - outputs: Classes, or 1 for a regression.
  ///   - convolutions: 3x3 convolutions with stride 2 in front, of 16, 32, ... channels.
  ///   - hidden: Width of each hidden dense layer.
  ///   - activation: What follows each hidden layer.
  ///   - normalizes: Whether hidden layers normalize each row.
  ///   - isResidual: Whether hidden dense layers of equal width add their input to their output.
  ///   - batchNormalizes: Whether hidden layers normalize each column over the batch.
  ///   - dropout: Share of the outputs of hidden dense layers that are set to 0 in training.
  /// - Precondition: Every number is positive, and `inputs` a square where there are convolutions; one normalization
  ///   at most; `dropout` is in [0, 1).
  public init(
    inputs: Int, outputs: Int, convolutions: Int = 0, hidden: [Int], activation: Activation,
    normalizes: Bool = false, isResidual: Bool = false, batchNormalizes: Bool = false,
    dropout: Double = 0
  ) {
    precondition(!(normalizes && batchNormalizes), "a network normalizes rows or batches, not both")
    precondition((0..<1).contains(dropout), "expected a dropout in [0, 1), got \(dropout)")
    precondition(
      inputs > 0 && outputs > 0 && hidden.allSatisfy { $0 > 0 }, "a network needs positive sizes")
    (self.inputs, self.outputs) = (inputs, outputs)
    (self.activation, self.normalizes) = (activation, normalizes)
    (self.batchNormalizes, self.dropout) = (batchNormalizes, dropout)
    var layers: [Layer] = []
    var (offset, real, statistics) = (0, 0, 0)
    func add(_ layer: Layer, isHidden: Bool = true) {
      var layer = layer
      layer.weights = offset
      layer.bias = offset + layer.paddedInputs * layer.paddedOutputs
      offset = layer.bias + layer.paddedOutputs
      let groups = layer.paddedInputs / layer.inputGroup
      real +=
        ((layer.isConvolution ? layer.inputs : groups * layer.realInGroup) + 1) * layer.outputs
      if batchNormalizes, isHidden {
        layer.gain = offset
        layer.statistics = statistics
        offset += layer.paddedOutputs
        statistics += 2 * layer.paddedOutputs
        real += layer.outputs
      }
      layers.append(layer)
    }
    var (width, group, realInGroup) = (Self.padded(inputs), Self.padded(inputs), inputs)
    if convolutions > 0 {
      var side = Int(Double(inputs).squareRoot().rounded())
      precondition(
        side * side == inputs, "a convolution needs square pictures, not \(inputs) features")
      var channels = 1
      for index in 0..<convolutions {
        let (patch, out) = (9 * channels, 16 << index)
        let half = (side + 1) / 2
        add(
          Layer(
            inputs: patch, paddedInputs: Self.padded(patch), outputs: out, paddedOutputs: out,
            places: half * half, side: side, channels: channels, inputGroup: Self.padded(patch),
            realInGroup: patch))
        (side, channels) = (half, out)
      }
      width = side * side * channels
      (group, realInGroup) = (width, width)
    }
    for (index, units) in hidden.enumerated() {
      let residual = isResidual && index > 0 && hidden[index - 1] == units
      add(
        Layer(
          inputs: width, paddedInputs: width, outputs: units, paddedOutputs: Self.padded(units),
          isResidual: residual, inputGroup: group, realInGroup: realInGroup))
      (width, group, realInGroup) = (Self.padded(units), Self.padded(units), units)
    }
    add(
      Layer(
        inputs: width, paddedInputs: width, outputs: outputs, paddedOutputs: Self.padded(outputs),
        inputGroup: group, realInGroup: realInGroup), isHidden: false)
    self.layers = layers
    count = offset
    realCount = real
    statisticsCount = statistics
  }

  /// The next multiple of 16.
  public static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  /// Floats of an example in memory.
  public var stride: Int { Self.padded(inputs) }

  /// Floats of an output row in memory.
  public var outputStride: Int { Self.padded(outputs) }

  /// Where the weights, the biases and the scales of each layer lie among the parameters, padding included.
  public var tensors: [Range<Int>] {
    layers.flatMap { layer in
      let outputs = layer.paddedOutputs
      return [layer.weights..<layer.bias, layer.bias..<layer.bias + outputs]
        + (layer.gain.map { [$0..<$0 + outputs] } ?? [])
    }
  }

  /// Multiply-adds of a forward pass of one example, padding included.
  public var multiplyAdds: Int {
    layers.reduce(0) { $0 + $1.paddedInputs * $1.paddedOutputs * $1.places }
  }
}
