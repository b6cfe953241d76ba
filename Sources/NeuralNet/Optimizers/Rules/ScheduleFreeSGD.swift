/// Schedule-free gradient descent (Defazio et al., 2024, arXiv 2405.15682, equations 3 to 5).
///
///     z -= a (g + decay y)           g is taken at y, the trained weights
///     x += c (z - x)                 the weights to evaluate
///     y = (1 - beta) z + beta x
///
/// with c as in schedule-free AdamW.
struct ScheduleFreeSGD: OptimizerRule {
  var beta = 0.9
  var decay = 0.0
  var power = 0.0

  static let name = "schedule-free-sgd"
  static let constants = [
    OptimizerConstant("beta", \Self.beta, .decay), OptimizerConstant("decay", \.decay, .nonNegative),
    OptimizerConstant("power", \.power, .power),
  ]
  static let vectorCount = 2
  static let scalarNames = ScheduleFreeAverage.scalarNames
  static let evaluationVector: Int? = 1
  let usualLearningRate = 1.0
  var momentum: Double { beta }

  func begin(_ memory: OptimizerMemory, weights: UnsafePointer<Float>) {
    memory.copy(weights, to: 0)
    memory.copy(weights, to: 1)
  }

  func step(_ step: OptimizerStep) {
    let (z, x) = (step.vectors[0], step.vectors[1])
    let share = ScheduleFreeAverage.share(step, power: power)
    if decay > 0 { step.combine(1, z, -step.rate * decay, step.weights, into: z) }
    step.combine(1, z, -step.rate, step.gradient, into: z)
    step.combine(1 - share, x, share, z, into: x)
    step.combine(1 - beta, z, beta, x, into: step.weights)
  }
}

extension Optimizer.Configuration {
  /// Schedule-free gradient descent (Defazio et al., 2024); evaluated at the average of its steps.
  public static func scheduleFreeSGD(beta: Double = 0.9, decay: Double = 0, power: Double = 0) -> Self {
    Self(ScheduleFreeSGD(beta: beta, decay: decay, power: power))
  }
}
