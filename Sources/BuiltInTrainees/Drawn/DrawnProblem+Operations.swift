extension DrawnProblem {
  /// Floating-point operations of a run's steps: six for each weight, example and place where the weight is used.
  ///
  /// Two each for the forward pass, the gradient of the weights and the gradient of the inputs. Sizes are rounded up to
  /// the 16 lanes in which the kernels work.
  public var operations: Double {
    6 * Double(layerOperations) * Double(batchSize) * Double(stepBudget)
  }

  private var layerOperations: Int {
    var products = 0
    var inputSize = RowArithmetic.padded(inputs)
    var (side, channels) = (Pictures.side(inputs: inputs), 1)
    for convolution in 0..<network.convolutions {
      side = (side + 1) / 2
      let outputs = 16 << convolution
      products += side * side * RowArithmetic.padded(9 * channels) * outputs
      channels = outputs
      inputSize = side * side * outputs
    }
    for _ in 0..<network.layers {
      let outputs = RowArithmetic.padded(network.width)
      products += inputSize * outputs
      inputSize = outputs
    }
    return products + inputSize * RowArithmetic.padded(max(classes, 1))
  }
}
