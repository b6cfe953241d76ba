/// Mechanic (Cutkosky et al., 2023, arXiv 2306.00144, algorithm 1): learns by how much to scale another
/// method's steps.
///
/// D is the sum of the base's updates u since the initial weights w0, and S = Σ s. For each beta of 1 -
/// 0.1^i, i to 6:
///
///     h = ⟨g + decay S ‖g‖ w / ‖w‖, D⟩          with D of before this step
///     m = max(beta m, |h|);  v = beta² v + h²;  r = max(beta r - s h, 0)
///     s = (s0 m / 6 + r) / (√v + epsilon)
///     D += u;  w = w0 + S D
///
/// m starts at 1e-6, as in the authors' implementation: from 0, the first step would not move. The base takes
/// its updates at the learning rate: 1, or a schedule that ends at 0.
struct Mechanic: OptimizerRule {
  var initialScale = 1e-6
  var decay = 0.01
  var epsilon = 1e-8
  var base: Optimizer.Configuration? = .adam()

  static let name = "mechanic"
  static let constants = [
    OptimizerConstant("s0", \Self.initialScale, .positive), OptimizerConstant("decay", \.decay, .nonNegative),
    OptimizerConstant("epsilon", \.epsilon, .positive),
  ]
  static let vectorCount = 3
  static let scalarNames = ["scale", "maximum", "variance", "reward"].flatMap { name in
    betas.indices.map { "\(name).\($0)" }
  }
  let usualLearningRate = 1.0

  private static let betas = [0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999]

  func begin(_ memory: OptimizerMemory, weights: UnsafePointer<Float>) {
    memory.copy(weights, to: 0)
    (memory.scalars + Self.betas.count).update(repeating: 1e-6, count: Self.betas.count)
  }

  func step(_ step: OptimizerStep) {
    let (initial, sum, moved) = (step.vectors[0], step.vectors[1], step.vectors[2])
    let scale = tune(step, along: sum)
    moved.update(from: step.weights, count: step.count)
    step.memory.base?.step(weights: moved, gradient: step.gradient, learningRate: step.rate)
    step.combine(1, moved, -1, step.weights, into: moved)
    step.combine(1, sum, 1, moved, into: sum)
    step.combine(1, initial, scale, sum, into: step.weights)
  }

  /// The new scale, the sum over all betas.
  private func tune(_ step: OptimizerStep, along sum: UnsafePointer<Float>) -> Double {
    let count = Self.betas.count
    let (scales, maxima) = (step.scalars, step.scalars + count)
    let (variances, rewards) = (step.scalars + 2 * count, step.scalars + 3 * count)
    var before = 0.0
    for place in 0..<count { before += scales[place] }
    let norm = step.dot(step.weights, step.weights).squareRoot()
    let pull =
      norm > 0
      ? decay * before * step.dot(step.gradient, step.gradient).squareRoot() / norm
        * step.dot(step.weights, sum) : 0
    let product = step.dot(step.gradient, sum) + pull
    var scale = 0.0
    for (place, beta) in Self.betas.enumerated() {
      maxima[place] = max(beta * maxima[place], abs(product))
      variances[place] = beta * beta * variances[place] + product * product
      rewards[place] = max(beta * rewards[place] - scales[place] * product, 0)
      let wealth = initialScale / Double(count) * maxima[place] + rewards[place]
      scales[place] = wealth / (variances[place].squareRoot() + epsilon)
      scale += scales[place]
    }
    return scale
  }
}

extension Optimizer.Configuration {
  /// Mechanic (Cutkosky et al., 2023) around another method, whose steps it scales; give it a learning rate
  /// of 1.
  public static func mechanic(
    _ base: Self = .adam(), initialScale: Double = 1e-6, decay: Double = 0.01, epsilon: Double = 1e-8
  ) -> Self {
    Self(Mechanic(initialScale: initialScale, decay: decay, epsilon: epsilon, base: base))
  }
}
