import NeuralNet

/// Hypergradient descent around the optimizer of a trainee; see
/// `Optimizer.Configuration.hypergradient(_:beta:)`.
public struct Hypergradient: Sendable {
  /// How far the rate moves along its gradient, at least 0; the paper's values lie between 1e-8 and 1e-3.
  public let beta: Double

  /// Creates the rule.
  ///
  /// - Precondition: `beta` is finite and at least 0.
  public init(beta: Double) {
    precondition(beta >= 0 && beta.isFinite, "expected a finite beta of at least 0, got \(beta)")
    self.beta = beta
  }
}

extension ImageClassifier {
  /// Puts hypergradient descent around the optimizer that the trainee was made with; nil takes it away again.
  ///
  /// A change takes effect at the next `reset`.
  public var hypergradient: Hypergradient? {
    get {
      let optimizer = configuration.optimizer
      guard let base = optimizer.base, let beta = optimizer.constants.first?.value,
        optimizer == .hypergradient(base, beta: beta)
      else { return nil }
      return Hypergradient(beta: beta)
    }
    set { use(newValue.map { .hypergradient(ownOptimizer, beta: $0.beta) } ?? ownOptimizer) }
  }
}
