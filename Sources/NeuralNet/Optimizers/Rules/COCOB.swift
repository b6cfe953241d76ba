internal import Kernels

/// COCOB-Backprop (Orabona and Tommasi, 2017, arXiv 1705.07795, algorithm 2): each weight bets on a coin.
///
/// The formulas stand beside the naive kernel. The learning rate is the share of the way to the bet that a
/// step goes: 1, or a schedule that ends at 0.
struct COCOB: OptimizerRule {
  var alpha = 100.0
  var epsilon = 1e-8

  static let name = "cocob"
  static let constants = [
    OptimizerConstant("alpha", \Self.alpha, .positive), OptimizerConstant("epsilon", \.epsilon, .positive),
  ]
  static let vectorCount = 5
  let usualLearningRate = 1.0

  func begin(_ memory: OptimizerMemory, weights: UnsafePointer<Float>) {
    memory.copy(weights, to: 0)
    // A weight without a gradient has no scale, and must not divide by 0.
    memory.vectors[1].update(repeating: Float(epsilon), count: memory.count)
  }

  func step(_ step: OptimizerStep) {
    let v = step.vectors
    step.kernels.pointee.cocobStep(
      step.count, Float(step.rate), Float(alpha), step.gradient, v[0], v[1], v[2], v[3], v[4], step.weights)
  }
}

extension Optimizer.Configuration {
  /// COCOB-Backprop (Orabona and Tommasi, 2017), which has no learning rate: give it 1.
  public static func cocob(alpha: Double = 100, epsilon: Double = 1e-8) -> Self {
    Self(COCOB(alpha: alpha, epsilon: epsilon))
  }
}
