internal import Kernels

/// Adam (Kingma and Ba, 2015, algorithm 1), with epsilon beside the corrected root.
struct Adam: OptimizerRule {
  var beta1 = 0.9
  var beta2 = 0.999
  var epsilon = 1e-8

  static let name = "adam"
  static let constants = [
    OptimizerConstant("beta1", \Self.beta1, .decay), OptimizerConstant("beta2", \.beta2, .decay),
    OptimizerConstant("epsilon", \.epsilon, .positive),
  ]
  static let vectorCount = 2
  let usualLearningRate = 3e-3
  let isAdaptive = true
  var momentum: Double { beta1 }

  func step(_ step: OptimizerStep) {
    step.kernels.pointee.adamStep(
      step.count, Float(step.rate), Float(beta1), Float(beta2), Float(epsilon), step.number, step.gradient,
      step.vectors[0], step.vectors[1], step.weights)
  }
}

extension Optimizer.Configuration {
  /// Adam (Kingma and Ba, 2015, algorithm 1), with epsilon beside the corrected root.
  public static func adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) -> Self {
    Self(Adam(beta1: beta1, beta2: beta2, epsilon: epsilon))
  }
}
