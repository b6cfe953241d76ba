/// Distance over gradients (Ivgi and others, 2023, arXiv 2302.12022).
///
/// Gradient descent at the rate
///
///     a · max ‖w - w0‖ / √(Σ ‖g‖² + epsilon)
///
/// where the first distance counts as `firstDistance` (1 + ‖w0‖). It is evaluated at an average of its
/// weights, x += 9 / (t + 8) (w - x), without which it does badly.
struct DoG: OptimizerRule {
  var firstDistance = 1e-6
  var epsilon = 1e-8

  static let name = "dog"
  static let constants = [
    OptimizerConstant("first-distance", \Self.firstDistance, .positive),
    OptimizerConstant("epsilon", \.epsilon, .positive),
  ]
  static let vectorCount = DistanceOverGradients.vectorCount
  static let scalarNames = DistanceOverGradients.scalarNames
  static let evaluationVector: Int? = DistanceOverGradients.evaluationVector
  let usualLearningRate = 1.0

  func begin(_ memory: OptimizerMemory, weights: UnsafePointer<Float>) {
    DistanceOverGradients.begin(memory, weights)
  }

  func step(_ step: OptimizerStep) {
    DistanceOverGradients.step(
      step, 0..<step.count, state: step.scalars, firstDistance: firstDistance, epsilon: epsilon)
    DistanceOverGradients.average(step)
  }
}

/// What DoG and LDoG share.
enum DistanceOverGradients {
  static let vectorCount = 2
  static let evaluationVector = 1
  static let scalarNames = ["maximumDistance", "squaredGradients"]

  static func begin(_ memory: OptimizerMemory, _ weights: UnsafePointer<Float>) {
    memory.copy(weights, to: 0)
    memory.copy(weights, to: 1)
  }

  /// Moves the parameters of a range; `state` holds its maximum distance and its sum of squared gradients.
  static func step(
    _ step: OptimizerStep, _ range: Range<Int>, state: UnsafeMutablePointer<Double>, firstDistance: Double,
    epsilon: Double
  ) {
    let initial = step.vectors[0]
    let distance =
      step.number == 1
      ? firstDistance * (1 + step.dot(initial, initial, in: range).squareRoot())
      : step.squaredDistance(step.weights, initial, in: range).squareRoot()
    state[0] = max(state[0], distance)
    state[1] += step.dot(step.gradient, step.gradient, in: range)
    let rate = step.rate * state[0] / (state[1] + epsilon).squareRoot()
    step.combine(1, step.weights, -rate, step.gradient, into: step.weights, in: range)
  }

  /// Brings the average up to date.
  static func average(_ step: OptimizerStep) {
    let share = 9 / (Double(step.number) + 8)
    step.combine(1 - share, step.vectors[1], share, step.weights, into: step.vectors[1])
  }
}

extension Optimizer.Configuration {
  /// Distance over gradients (Ivgi et al., 2023), evaluated at its average; the learning rate multiplies its
  /// own.
  public static func dog(firstDistance: Double = 1e-6, epsilon: Double = 1e-8) -> Self {
    Self(DoG(firstDistance: firstDistance, epsilon: epsilon))
  }
}
