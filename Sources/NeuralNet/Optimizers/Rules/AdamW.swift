internal import Kernels

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019, algorithm 2): w -= a (u + decay w), u
/// Adam's step.
struct AdamW: OptimizerRule {
  var beta1 = 0.9
  var beta2 = 0.999
  var epsilon = 1e-8
  var decay = 0.01

  static let name = "adamw"
  static let constants = [
    OptimizerConstant("beta1", \Self.beta1, .decay), OptimizerConstant("beta2", \.beta2, .decay),
    OptimizerConstant("epsilon", \.epsilon, .positive), OptimizerConstant("decay", \.decay, .nonNegative),
  ]
  static let vectorCount = 2
  let usualLearningRate = 3e-3
  let isAdaptive = true
  var momentum: Double { beta1 }

  func step(_ step: OptimizerStep) {
    step.kernels.pointee.adamwStep(
      step.count, Float(step.rate), Float(beta1), Float(beta2), Float(epsilon), Float(decay), step.number,
      step.gradient, step.vectors[0], step.vectors[1], step.weights)
  }
}

extension Optimizer.Configuration {
  /// Adam with decoupled weight decay (Loshchilov and Hutter, 2019): w -= a (u + decay w), u Adam's step.
  public static func adamW(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, decay: Double = 0.01
  ) -> Self {
    Self(AdamW(beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay))
  }
}
