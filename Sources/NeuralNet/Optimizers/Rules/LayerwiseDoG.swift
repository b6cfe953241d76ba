/// LDoG, distance over gradients with a rate for each tensor (Ivgi et al., 2023, section 3.3); see `DoG`.
struct LayerwiseDoG: OptimizerRule {
  var firstDistance = 1e-6
  var epsilon = 1e-8

  static let name = "ldog"
  static let constants = [
    OptimizerConstant("first-distance", \Self.firstDistance, .positive),
    OptimizerConstant("epsilon", \.epsilon, .positive),
  ]
  static let vectorCount = DistanceOverGradients.vectorCount
  static let tensorScalarNames = DistanceOverGradients.scalarNames
  static let evaluationVector: Int? = DistanceOverGradients.evaluationVector
  let usualLearningRate = 1.0

  func begin(_ memory: OptimizerMemory, weights: UnsafePointer<Float>) {
    DistanceOverGradients.begin(memory, weights)
  }

  func step(_ step: OptimizerStep) {
    for (place, tensor) in step.memory.tensors.enumerated() {
      DistanceOverGradients.step(
        step, tensor, state: step.scalars + place * Self.tensorScalarNames.count,
        firstDistance: firstDistance, epsilon: epsilon)
    }
    DistanceOverGradients.average(step)
  }
}

extension Optimizer.Configuration {
  /// Distance over gradients with a rate for each tensor (Ivgi et al., 2023), evaluated at its average.
  public static func ldog(firstDistance: Double = 1e-6, epsilon: Double = 1e-8) -> Self {
    Self(LayerwiseDoG(firstDistance: firstDistance, epsilon: epsilon))
  }
}
