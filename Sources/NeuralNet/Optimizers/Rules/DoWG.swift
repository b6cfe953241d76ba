/// Distance over weighted gradients (Khaled et al., 2023, arXiv 2305.16284, algorithm 1).
///
///     r = max(r, ‖w - w0‖)           from `firstDistance`
///     v += r² ‖g‖²
///     w -= a r² / (√v + epsilon) g
///
/// The defaults are Optax's.
struct DoWG: OptimizerRule {
  var firstDistance = 1e-2
  var epsilon = 1e-4

  static let name = "dowg"
  static let constants = [
    OptimizerConstant("first-distance", \Self.firstDistance, .positive),
    OptimizerConstant("epsilon", \.epsilon, .positive),
  ]
  static let vectorCount = 1
  static let scalarNames = ["maximumDistance", "weightedGradients"]
  let usualLearningRate = 1.0

  func begin(_ memory: OptimizerMemory, weights: UnsafePointer<Float>) {
    memory.copy(weights, to: 0)
    memory.scalars[0] = firstDistance
  }

  func step(_ step: OptimizerStep) {
    let distance = step.squaredDistance(step.weights, step.vectors[0]).squareRoot()
    step.scalars[0] = max(step.scalars[0], distance)
    let square = step.scalars[0] * step.scalars[0]
    step.scalars[1] += square * step.dot(step.gradient, step.gradient)
    let rate = step.rate * square / (step.scalars[1].squareRoot() + epsilon)
    step.combine(1, step.weights, -rate, step.gradient, into: step.weights)
  }
}

extension Optimizer.Configuration {
  /// Distance over weighted gradients (Khaled et al., 2023); the learning rate multiplies its own.
  public static func dowg(firstDistance: Double = 1e-2, epsilon: Double = 1e-4) -> Self {
    Self(DoWG(firstDistance: firstDistance, epsilon: epsilon))
  }
}
