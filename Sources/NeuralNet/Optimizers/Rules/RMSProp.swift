internal import Kernels

/// RMSProp (Tieleman and Hinton, 2012): s = alpha s + (1 - alpha) g², w -= a g / (√s + epsilon).
struct RMSProp: OptimizerRule {
  var alpha = 0.99
  var epsilon = 1e-8

  static let name = "rmsprop"
  static let constants = [
    OptimizerConstant("alpha", \Self.alpha, .decay), OptimizerConstant("epsilon", \.epsilon, .positive),
  ]
  static let vectorCount = 1
  let usualLearningRate = 1e-3
  let isAdaptive = true

  func step(_ step: OptimizerStep) {
    step.kernels.pointee.rmspropStep(
      step.count, Float(step.rate), Float(alpha), Float(epsilon), step.gradient, step.vectors[0], step.weights
    )
  }
}

extension Optimizer.Configuration {
  /// RMSProp (Tieleman and Hinton, 2012): s = alpha s + (1 - alpha) g², w -= a g / (√s + epsilon).
  public static func rmsprop(alpha: Double = 0.99, epsilon: Double = 1e-8) -> Self {
    Self(RMSProp(alpha: alpha, epsilon: epsilon))
  }
}
