extension DrawnProblem {
  /// Floating-point operations of a run's steps: six for each weight, example and place where the weight is used.
  ///
  /// Two each for the forward pass, the gradient of the weights and the gradient of the inputs. Sizes are rounded up to
  /// the 16 lanes in which the kernels work.
  public var operations: Double {
    6 * Double(model.multiplyAdds) * Double(batchSize) * Double(stepBudget)
  }
}
