internal import Kernels

/// Schedule-free AdamW (Defazio et al., 2024, arXiv 2405.15682, algorithm 1).
///
///     v = beta2 v + (1 - beta2) g²               g is taken at y, the trained weights
///     z -= a (g / (√(v / (1 - beta2^t)) + epsilon) + decay y)
///     x += c (z - x)                             the weights to evaluate
///     y = (1 - beta) z + beta x
///
/// with c = weight / Σ weight and weight = t^power (the largest rate so far)².
struct ScheduleFreeAdamW: OptimizerRule {
  var beta = 0.9
  var beta2 = 0.999
  var epsilon = 1e-8
  var decay = 0.0
  var power = 0.0

  static let name = "schedule-free-adamw"
  static let constants = [
    OptimizerConstant("beta", \Self.beta, .decay), OptimizerConstant("beta2", \.beta2, .decay),
    OptimizerConstant("epsilon", \.epsilon, .positive), OptimizerConstant("decay", \.decay, .nonNegative),
    OptimizerConstant("power", \.power, .power),
  ]
  static let vectorCount = 3
  static let scalarNames = ScheduleFreeAverage.scalarNames
  static let evaluationVector: Int? = 2
  let usualLearningRate = 1e-2
  let isAdaptive = true
  var momentum: Double { beta }

  func begin(_ memory: OptimizerMemory, weights: UnsafePointer<Float>) {
    memory.copy(weights, to: 1)
    memory.copy(weights, to: 2)
  }

  func step(_ step: OptimizerStep) {
    let share = ScheduleFreeAverage.share(step, power: power)
    step.kernels.pointee.scheduleFreeAdamStep(
      step.count, Float(step.rate), Float(beta), Float(beta2), Float(epsilon), Float(decay), Float(share),
      step.number, step.gradient, step.vectors[0], step.vectors[1], step.vectors[2], step.weights)
  }
}

extension Optimizer.Configuration {
  /// Schedule-free AdamW (Defazio et al., 2024); evaluated at the average of its steps.
  public static func scheduleFreeAdamW(
    beta: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, decay: Double = 0, power: Double = 0
  ) -> Self {
    Self(ScheduleFreeAdamW(beta: beta, beta2: beta2, epsilon: epsilon, decay: decay, power: power))
  }
}
