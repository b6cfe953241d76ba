internal import Kernels

/// Adadelta (Zeiler, 2012, algorithm 1), its step times a.
struct Adadelta: OptimizerRule {
  var rho = 0.9
  var epsilon = 1e-6

  static let name = "adadelta"
  static let constants = [
    OptimizerConstant("rho", \Self.rho, .decay), OptimizerConstant("epsilon", \.epsilon, .positive),
  ]
  static let vectorCount = 2
  let usualLearningRate = 1.0
  let isAdaptive = true

  func step(_ step: OptimizerStep) {
    step.kernels.pointee.adadeltaStep(
      step.count, Float(step.rate), Float(rho), Float(epsilon), step.gradient, step.vectors[0],
      step.vectors[1],
      step.weights)
  }
}

extension Optimizer.Configuration {
  /// Adadelta (Zeiler, 2012, algorithm 1), its step times a.
  public static func adadelta(rho: Double = 0.9, epsilon: Double = 1e-6) -> Self {
    Self(Adadelta(rho: rho, epsilon: epsilon))
  }
}
