internal import Kernels

/// Gradient descent: w -= a g.
struct GradientDescent: OptimizerRule {
  static let name = "sgd"
  /// The kernel is momentum's, which keeps a velocity.
  static let vectorCount = 1
  let usualLearningRate = 0.2

  func step(_ step: OptimizerStep) {
    step.kernels.pointee.momentumStep(
      step.count, Float(step.rate), 0, 0, step.gradient, step.vectors[0], step.weights)
  }
}

extension Optimizer.Configuration {
  /// Gradient descent: w -= a g.
  public static var sgd: Self { Self(GradientDescent()) }
}
