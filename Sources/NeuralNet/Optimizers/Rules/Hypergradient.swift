/// Hypergradient descent on the learning rate (Baydin et al., 2018, arXiv 1703.04782, algorithms 4 to 6).
///
/// The step before was w = w - a u with the base's direction u, so the derivative of the loss by the rate is
/// -⟨g, u⟩, and the rate becomes a = max(0, a + beta ⟨g, u⟩). The direction is taken from the base's step
/// itself, and the rule so holds for every base. The learning rate given is that of the first step; later
/// ones are not used.
struct Hypergradient: OptimizerRule {
  var beta = 1e-7
  var base: Optimizer.Configuration? = .adam()

  static let name = "hypergradient"
  static let constants = [OptimizerConstant("beta", \Self.beta, .nonNegative)]
  static let vectorCount = 2
  static let scalarNames = ["rate"]
  static let rateScalar: Int? = 0
  var usualLearningRate: Double { base?.usualLearningRate ?? 1 }

  func step(_ step: OptimizerStep) {
    let product = PreviousDirection.product(step)
    let (rate, change) = (step.scalars[0], product.isFinite ? beta * product : 0)
    PreviousDirection.step(step, rate: step.number == 1 ? step.rate : max(0, rate + change))
  }
}

/// The direction of the base's last step, and the step that brings it up to date.
///
/// Vector 0 holds the direction, vector 1 the weights before a step; scalar 0 is the rate.
enum PreviousDirection {
  /// ⟨g, u⟩, summed in the order of the parameters.
  static func product(_ step: OptimizerStep) -> Double {
    var product = 0.0
    for place in 0..<step.count {
      product += Double(step.gradient[place]) * Double(step.vectors[0][place])
    }
    return product
  }

  /// Takes the base's step at a rate.
  static func step(_ step: OptimizerStep, rate: Double) {
    let (direction, before) = (step.vectors[0], step.vectors[1])
    before.update(from: step.weights, count: step.count)
    step.memory.base?.step(weights: step.weights, gradient: step.gradient, learningRate: rate)
    // At a rate of 0 nothing moves, and the direction before stays the best guess.
    if rate > 0 {
      for place in 0..<step.count { direction[place] = (before[place] - step.weights[place]) / Float(rate) }
    }
    step.scalars[0] = rate
  }
}

extension Optimizer.Configuration {
  /// Hypergradient descent on the rate of another method (Baydin et al., 2018), from the first rate given.
  public static func hypergradient(_ base: Self = .adam(), beta: Double = 1e-7) -> Self {
    Self(Hypergradient(beta: beta, base: base))
  }
}
