/// Prodigy (Mishchenko and Defazio, 2023, arXiv 2306.06101, algorithm 4): Adam that estimates its rate d.
///
///     r = √beta2 r + (d / d0) d a ⟨g, w0 - w⟩
///     s = √beta2 s + (d / d0) d a g
///     m = beta1 m + (1 - beta1) d g;  v = beta2 v + (1 - beta2) d² g²
///     w -= d a m / (√v + d epsilon)
///     d = max(d, r / ‖s‖₁)
///
/// w0 are the initial weights and `a` a multiple of d, 1 or a schedule that ends at 0.
struct Prodigy: OptimizerRule {
  var beta1 = 0.9
  var beta2 = 0.999
  var epsilon = 1e-8
  var initialEstimate = 1e-6
  var decay = 0.0

  static let name = "prodigy"
  static let constants = [
    OptimizerConstant("beta1", \Self.beta1, .decay), OptimizerConstant("beta2", \.beta2, .decay),
    OptimizerConstant("epsilon", \.epsilon, .positive), OptimizerConstant("d0", \.initialEstimate, .positive),
    OptimizerConstant("decay", \.decay, .nonNegative),
  ]
  static let vectorCount = 4
  static let scalarNames = ["estimate", "numerator"]
  let usualLearningRate = 1.0
  let isAdaptive = true
  var momentum: Double { beta1 }

  func begin(_ memory: OptimizerMemory, weights: UnsafePointer<Float>) {
    memory.copy(weights, to: 3)
    memory.scalars[0] = initialEstimate
  }

  func step(_ step: OptimizerStep) {
    let (m, v, s, initial) = (step.vectors[0], step.vectors[1], step.vectors[2], step.vectors[3])
    let d = step.scalars[0]
    let (rate, root) = (d * step.rate, beta2.squareRoot())
    let weight = d / initialEstimate * rate
    let product = step.kernels.pointee.dotOfDifference(step.count, step.gradient, initial, step.weights)
    step.scalars[1] = root * step.scalars[1] + weight * product
    step.combine(root, s, weight, step.gradient, into: s)
    step.combine(beta1, m, (1 - beta1) * d, step.gradient, into: m)
    step.meanOfSquares(decay: beta2, share: (1 - beta2) * d * d, step.gradient, into: v)
    let norm = step.kernels.pointee.absoluteSum(step.count, s)
    if norm > 0 { step.scalars[0] = max(d, step.scalars[1] / norm) }
    if decay > 0 { step.combine(1 - rate * decay, step.weights, 0, step.weights, into: step.weights) }
    step.descend(rate: rate, m, square: v, epsilon: d * epsilon)
  }
}

extension Optimizer.Configuration {
  /// Prodigy (Mishchenko and Defazio, 2023): Adam that estimates its rate; the learning rate multiplies the
  /// estimate.
  public static func prodigy(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, initialEstimate: Double = 1e-6,
    decay: Double = 0
  ) -> Self {
    Self(
      Prodigy(beta1: beta1, beta2: beta2, epsilon: epsilon, initialEstimate: initialEstimate, decay: decay))
  }
}
