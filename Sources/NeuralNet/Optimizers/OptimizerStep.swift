internal import Kernels

/// The state that an optimizer keeps between steps.
struct OptimizerMemory {
  /// Parameters.
  let count: Int
  /// Which parameters belong together, for methods with a rate for each tensor.
  let tensors: [Range<Int>]
  /// The rule's vectors, each of `count` floats.
  let vectors: [UnsafeMutablePointer<Float>]
  /// The rule's scalars, in the order of their names.
  let scalars: UnsafeMutablePointer<Double>
  /// The optimizer of the rule's base, where it has one.
  let base: Optimizer?
  /// The functions of the instruction set.
  let kernels: UnsafePointer<KernelTable>

  /// Makes a vector equal to some weights.
  func copy(_ source: UnsafePointer<Float>, to vector: Int) {
    vectors[vector].update(from: source, count: count)
  }
}

/// What a rule is given to take one step.
struct OptimizerStep {
  /// The state, to read and to change.
  let memory: OptimizerMemory
  /// The number of the step, from 1.
  let number: Int64
  /// The learning rate; for methods that find their own rate, a multiple of it.
  let rate: Double
  /// The gradient at `weights`.
  let gradient: UnsafePointer<Float>
  /// The trained weights, to be changed.
  let weights: UnsafeMutablePointer<Float>

  /// Parameters.
  var count: Int { memory.count }
  /// The functions of the instruction set.
  var kernels: UnsafePointer<KernelTable> { memory.kernels }
  /// The rule's vectors.
  var vectors: [UnsafeMutablePointer<Float>] { memory.vectors }
  /// The rule's scalars.
  var scalars: UnsafeMutablePointer<Double> { memory.scalars }
}

/// Vector algebra over all parameters, or over those of one tensor.
extension OptimizerStep {
  /// result = a x + b y.
  func combine(
    _ a: Double, _ x: UnsafePointer<Float>, _ b: Double, _ y: UnsafePointer<Float>,
    into result: UnsafeMutablePointer<Float>, in range: Range<Int>? = nil
  ) {
    let range = range ?? 0..<count
    let start = range.lowerBound
    kernels.pointee.combine(range.count, Float(a), x + start, Float(b), y + start, result + start)
  }

  /// square = decay square + share x².
  func meanOfSquares(
    decay: Double, share: Double, _ x: UnsafePointer<Float>, into square: UnsafeMutablePointer<Float>
  ) {
    kernels.pointee.meanOfSquares(count, Float(decay), Float(share), x, square)
  }

  /// weights -= rate direction / (√(correction square) + epsilon).
  func descend(
    rate: Double, _ direction: UnsafePointer<Float>, square: UnsafePointer<Float>, correction: Double = 1,
    epsilon: Double
  ) {
    kernels.pointee.rootStep(
      count, Float(rate), direction, Float(correction), square, Float(epsilon), weights)
  }

  /// The inner product of two vectors.
  func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, in range: Range<Int>? = nil) -> Double {
    let range = range ?? 0..<count
    return kernels.pointee.dot(range.count, x + range.lowerBound, y + range.lowerBound)
  }

  /// The squared distance of two vectors.
  func squaredDistance(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, in range: Range<Int>? = nil
  ) -> Double {
    let range = range ?? 0..<count
    return kernels.pointee.squaredDistance(range.count, x + range.lowerBound, y + range.lowerBound)
  }
}
