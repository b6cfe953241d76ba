/// D-Adaptation for Adam (Defazio and Mishchenko, 2023, arXiv 2301.07733, algorithm 5).
///
///     r = √beta2 r + (1 - √beta2) d a ⟨g, s / (√v + epsilon)⟩
///     m = beta1 m + (1 - beta1) d a g;  v = beta2 v + (1 - beta2) g²
///     s = √beta2 s + (1 - √beta2) d a g
///     w -= m / (√v + epsilon)
///     d = max(d, r / ((1 - √beta2) ‖s‖₁))
///
/// The inner product is with v of before the step, as in the authors' implementation; the paper has the new
/// v. `a` is a multiple of d, 1 or a schedule that ends at 0.
struct DAdaptation: OptimizerRule {
  var beta1 = 0.9
  var beta2 = 0.999
  var epsilon = 1e-8
  var initialEstimate = 1e-6

  static let name = "d-adaptation"
  static let constants = [
    OptimizerConstant("beta1", \Self.beta1, .decay), OptimizerConstant("beta2", \.beta2, .decay),
    OptimizerConstant("epsilon", \.epsilon, .positive), OptimizerConstant("d0", \.initialEstimate, .positive),
  ]
  static let vectorCount = 3
  static let scalarNames = ["estimate", "numerator"]
  let usualLearningRate = 1.0
  let isAdaptive = true
  var momentum: Double { beta1 }

  func begin(_ memory: OptimizerMemory, weights: UnsafePointer<Float>) {
    memory.scalars[0] = initialEstimate
  }

  func step(_ step: OptimizerStep) {
    let (m, v, s) = (step.vectors[0], step.vectors[1], step.vectors[2])
    let d = step.scalars[0]
    let (rate, root) = (d * step.rate, beta2.squareRoot())
    let product = step.kernels.pointee.rootDot(step.count, step.gradient, s, v, Float(epsilon))
    step.combine(beta1, m, (1 - beta1) * rate, step.gradient, into: m)
    step.meanOfSquares(decay: beta2, share: 1 - beta2, step.gradient, into: v)
    step.scalars[1] = root * step.scalars[1] + (1 - root) * rate * product
    step.combine(root, s, (1 - root) * rate, step.gradient, into: s)
    let norm = step.kernels.pointee.absoluteSum(step.count, s)
    if norm > 0 { step.scalars[0] = max(d, step.scalars[1] / ((1 - root) * norm)) }
    step.descend(rate: 1, m, square: v, epsilon: epsilon)
  }
}

extension Optimizer.Configuration {
  /// D-Adaptation for Adam (Defazio and Mishchenko, 2023); the learning rate multiplies its estimate.
  public static func dAdaptation(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, initialEstimate: Double = 1e-6
  ) -> Self {
    Self(DAdaptation(beta1: beta1, beta2: beta2, epsilon: epsilon, initialEstimate: initialEstimate))
  }
}
