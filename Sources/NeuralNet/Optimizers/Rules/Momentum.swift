internal import Kernels

/// Momentum (Polyak, 1964): v = m v + g, w -= a v.
struct Momentum: OptimizerRule {
  var momentum = 0.9

  static let name = "momentum"
  static let constants = [OptimizerConstant("momentum", \Self.momentum, .decay, key: "_0")]
  static let vectorCount = 1
  let usualLearningRate = 3e-2

  func step(_ step: OptimizerStep) {
    step.kernels.pointee.momentumStep(
      step.count, Float(step.rate), Float(momentum), 0, step.gradient, step.vectors[0], step.weights)
  }
}

extension Optimizer.Configuration {
  /// Momentum (Polyak, 1964): v = m v + g, w -= a v; m in [0, 1).
  public static func momentum(_ momentum: Double = 0.9) -> Self { Self(Momentum(momentum: momentum)) }
}
