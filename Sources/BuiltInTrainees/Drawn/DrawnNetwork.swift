import NeuralNet

/// The network of a drawn problem.
public struct DrawnNetwork: Codable, Sendable, Equatable {
  /// The function after each hidden layer.
  public typealias Activation = RowModel.Activation

  /// Hidden layers, 0 to 16; with none, and no convolution, the model is linear.
  public var layers: Int
  /// Units of a hidden layer.
  public var width: Int
  /// The function after each hidden layer.
  public var activation: Activation
  /// Whether each hidden layer's sums are normalized over the layer before the activation.
  public var layerNorm: Bool
  /// Whether a hidden layer's input is added to its output, where both have the same size.
  public var residual: Bool
  /// Factor of the usual standard deviation of the initial weights, above 0.
  public var initialScale: Double
  /// 3 x 3 convolutions of stride 2 before the hidden layers, 0 to 2, of 16 and then 32 channels; only on pictures.
  public var convolutions: Int
  /// Whether each hidden layer's sums are normalized over the batch before the activation.
  public var batchNorm: Bool
  /// Share of a hidden layer's outputs that is set to zero in training, 0 for none.
  public var dropout: Double

  /// A network; by default one without normalization, shortcuts, convolutions and dropout.
  public init(
    layers: Int, width: Int, activation: Activation = .relu, layerNorm: Bool = false, residual: Bool = false,
    initialScale: Double = 1, convolutions: Int = 0, batchNorm: Bool = false, dropout: Double = 0
  ) {
    self.layers = layers
    self.width = width
    self.activation = activation
    self.layerNorm = layerNorm
    self.residual = residual
    self.initialScale = initialScale
    self.convolutions = convolutions
    self.batchNorm = batchNorm
    self.dropout = dropout
  }

  /// The network in a few words, such as "MLP 2x32 relu".
  public var name: String {
    if layers == 0, convolutions == 0 { return "linear model" }
    var parts: [String] = []
    if convolutions > 0 { parts.append("\(convolutions) conv") }
    if layers > 0 { parts.append("MLP \(layers)x\(width)") }
    parts.append(activation.rawValue)
    if layerNorm { parts.append("layer norm") }
    if batchNorm { parts.append("batch norm") }
    if residual, layers > 1 { parts.append("residual") }
    if dropout > 0 { parts.append("dropout \(dropout)") }
    return parts.joined(separator: " ")
  }
}
