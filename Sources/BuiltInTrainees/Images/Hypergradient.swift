import Foundation
import NeuralNet

/// Hypergradient descent on the learning rate: Baydin and others (2018, arXiv 1703.04782, algorithms 4 to 6).
///
/// The step before was `p[t] = p[t-1] - a[t-1] u[t-1]` with the optimizer's direction u, so the derivative of the loss by
/// the rate is `-g[t] u[t-1]`, and the rate becomes `a[t] = max(0, a[t-1] + beta g[t] u[t-1])`. The direction is taken
/// from the step itself, `u = (p[t-1] - p[t]) / a`, and the rule so holds for every optimizer.
public struct Hypergradient: Sendable {
  /// How far the rate moves along its gradient, at least 0; the paper's values lie between 1e-8 and 1e-3.
  public let beta: Double

  private var rate: Double?
  private var direction: [Float] = []

  /// Creates the rule; the first step is taken at the rate that it is given.
  ///
  /// - Precondition: `beta` is finite and at least 0.
  public init(beta: Double) {
    precondition(beta >= 0 && beta.isFinite, "expected a finite beta of at least 0, got \(beta)")
    self.beta = beta
  }

  /// The rule at the beginning of a run.
  var restarted: Hypergradient { Hypergradient(beta: beta) }

  /// Takes the optimizer's step at a rate that follows the hypergradient.
  ///
  /// - Parameters:
  ///   - given: The rate of the first step.
  ///   - network: Holds parameters and their gradient.
  ///   - optimizer: Takes the step.
  /// - Returns: The rate of the step.
  mutating func step(given: Double, network: Network, optimizer: Optimizer) -> Double {
    let (parameters, gradient) = (network.parameters.elements, network.gradient.elements)
    var product = 0.0
    for (slope, before) in zip(gradient, direction) { product += Double(slope) * Double(before) }
    let next = rate.map { max(0, $0 + (product.isFinite ? beta * product : 0)) } ?? given
    let before = Array(parameters)
    optimizer.step(parameters: network.parameters, gradient: network.gradient, learningRate: next)
    // At a rate of 0 nothing moves, and the direction before stays the best guess.
    if next > 0 { direction = zip(before, parameters).map { ($0 - $1) / Float(next) } }
    rate = next
    return next
  }
}
