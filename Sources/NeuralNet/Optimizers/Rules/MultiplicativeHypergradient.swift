/// Hypergradient descent on the logarithm of the rate (Baydin et al., 2018, section 3.1): a = a (1 + beta
/// cos(g, u)).
///
/// u is the direction of the base's last step. The learning rate given is that of the first step; later ones
/// are not used.
struct MultiplicativeHypergradient: OptimizerRule {
  var beta = 0.02
  var base: Optimizer.Configuration? = .adam()

  static let name = "multiplicative-hypergradient"
  static let constants = [OptimizerConstant("beta", \Self.beta, .decay)]
  static let vectorCount = 2
  static let scalarNames = ["rate"]
  static let rateScalar: Int? = 0
  var usualLearningRate: Double { base?.usualLearningRate ?? 1 }

  func step(_ step: OptimizerStep) {
    let direction = step.vectors[0]
    let norms =
      (step.dot(step.gradient, step.gradient) * step.dot(direction, direction)).squareRoot()
    let cosine = PreviousDirection.product(step) / norms
    let rate = step.scalars[0] * (1 + (cosine.isFinite ? beta * cosine : 0))
    PreviousDirection.step(step, rate: step.number == 1 ? step.rate : rate)
  }
}

extension Optimizer.Configuration {
  /// Multiplicative hypergradient descent on the rate of another method (Baydin et al., 2018), from the first
  /// rate given.
  public static func multiplicativeHypergradient(_ base: Self = .adam(), beta: Double = 0.02) -> Self {
    Self(MultiplicativeHypergradient(beta: beta, base: base))
  }
}
