internal import Kernels

/// Nesterov's momentum (Sutskever and others, 2013): v = m v + g, w -= a (g + m v).
struct Nesterov: OptimizerRule {
  var momentum = 0.9

  static let name = "nesterov"
  static let constants = [OptimizerConstant("momentum", \Self.momentum, .decay, key: "_0")]
  static let vectorCount = 1
  let usualLearningRate = 3e-2

  func step(_ step: OptimizerStep) {
    step.kernels.pointee.momentumStep(
      step.count, Float(step.rate), Float(momentum), 1, step.gradient, step.vectors[0], step.weights)
  }
}

extension Optimizer.Configuration {
  /// Nesterov's momentum (Sutskever and others, 2013): v = m v + g, w -= a (g + m v).
  public static func nesterov(_ momentum: Double = 0.9) -> Self { Self(Nesterov(momentum: momentum)) }
}
