import Foundation

/// Adam with Nesterov's momentum (Dozat, 2016) and decoupled weight decay, as in OptList and AlgoPerf.
///
///     m = beta1 m + (1 - beta1) g
///     v = beta2 v + (1 - beta2) g²
///     w -= a ((beta1 m + (1 - beta1) g) / (1 - beta1^t) / (√(v / (1 - beta2^t)) + epsilon) + decay w)
struct NAdamW: OptimizerRule {
  var beta1 = 0.9
  var beta2 = 0.999
  var epsilon = 1e-8
  var decay = 0.01

  static let name = "nadamw"
  static let constants = [
    OptimizerConstant("beta1", \Self.beta1, .decay), OptimizerConstant("beta2", \.beta2, .decay),
    OptimizerConstant("epsilon", \.epsilon, .positive), OptimizerConstant("decay", \.decay, .nonNegative),
  ]
  static let vectorCount = 2
  let usualLearningRate = 3e-3
  let isAdaptive = true
  var momentum: Double { beta1 }

  func step(_ step: OptimizerStep) {
    let (m, v) = (step.vectors[0], step.vectors[1])
    step.combine(beta1, m, 1 - beta1, step.gradient, into: m)
    step.meanOfSquares(decay: beta2, share: 1 - beta2, step.gradient, into: v)
    if decay > 0 { step.combine(1 - step.rate * decay, step.weights, 0, step.weights, into: step.weights) }
    let rate = step.rate / (1 - pow(beta1, Double(step.number)))
    let correction = 1 / (1 - pow(beta2, Double(step.number)))
    for (share, direction) in [(beta1, UnsafePointer(m)), (1 - beta1, step.gradient)] {
      step.descend(rate: rate * share, direction, square: v, correction: correction, epsilon: epsilon)
    }
  }
}

extension Optimizer.Configuration {
  /// Adam with Nesterov's momentum (Dozat, 2016) and decoupled weight decay, as in OptList and AlgoPerf.
  public static func nadamW(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, decay: Double = 0.01
  ) -> Self {
    Self(NAdamW(beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay))
  }
}
