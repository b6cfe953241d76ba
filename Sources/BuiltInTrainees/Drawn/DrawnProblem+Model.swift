import NeuralNet

extension DrawnProblem {
  /// The network of the problem.
  public var model: RowModel {
    RowModel(
      inputs: inputs, outputs: max(classes, 1), convolutions: network.convolutions,
      hidden: Array(repeating: network.width, count: network.layers),
      activation: network.activation,
      normalizes: network.layerNorm, isResidual: network.residual,
      batchNormalizes: network.batchNorm, dropout: network.dropout)
  }
}
