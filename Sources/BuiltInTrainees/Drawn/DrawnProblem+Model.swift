import NeuralNet

extension DrawnProblem {
  /// The network of the problem.
  public var model: RowModel {
    RowModel(
      inputs: inputs, outputs: max(classes, 1), convolutions: network.convolutions,
      hidden: Array(repeating: network.width, count: network.layers),
      activation: network.activation.ofRows,
      normalizes: network.layerNorm, isResidual: network.residual,
      batchNormalizes: network.batchNorm, dropout: network.dropout)
  }
}

extension DrawnNetwork.Activation {
  fileprivate var ofRows: RowModel.Activation {
    switch self {
    case .relu: .relu
    case .tanh: .tanh
    case .gelu: .gelu
    }
  }
}
