internal import Kernels

/// Adagrad (Duchi et al., 2011): s += g², w -= a g / (√s + epsilon).
struct Adagrad: OptimizerRule {
  var epsilon = 1e-10

  static let name = "adagrad"
  static let constants = [OptimizerConstant("epsilon", \Self.epsilon, .positive)]
  static let vectorCount = 1
  let usualLearningRate = 1e-2
  let isAdaptive = true

  func step(_ step: OptimizerStep) {
    step.kernels.pointee.adagradStep(
      step.count, Float(step.rate), Float(epsilon), step.gradient, step.vectors[0], step.weights)
  }
}

extension Optimizer.Configuration {
  /// Adagrad (Duchi et al., 2011): s += g², w -= a g / (√s + epsilon).
  public static func adagrad(epsilon: Double = 1e-10) -> Self { Self(Adagrad(epsilon: epsilon)) }
}
