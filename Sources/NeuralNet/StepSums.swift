internal import Kernels

/// Sums over the parameters that measures of a step need; fixed in their order, for each instruction set.
public struct StepSums: Sendable {
  /// ‖g‖², g·(last g), ‖u‖², u·(last u), g·u.
  public let gradient, gradients, update, updates, product: Double

  /// Compares a step with the one before, whose parameters, gradient and update are replaced by those of this step.
  ///
  /// - Parameters:
  ///   - before: Parameters before the step; becomes a copy of `after`, ready for the next step.
  ///   - after: Parameters after it.
  ///   - gradient: The gradient that it was taken by.
  ///   - lastGradient: The gradient of the step before.
  ///   - lastUpdate: The change of the parameters in the step before.
  ///   - instructionSet: Which kernels run.
  /// - Precondition: All buffers have as many floats.
  public init(
    before: AlignedBuffer<Float>, after: AlignedBuffer<Float>, gradient: AlignedBuffer<Float>,
    lastGradient: AlignedBuffer<Float>, lastUpdate: AlignedBuffer<Float>, instructionSet: InstructionSet
  ) {
    var sums = (0.0, 0.0, 0.0, 0.0, 0.0)
    withUnsafeMutablePointer(to: &sums) { sums in
      sums.withMemoryRebound(to: Double.self, capacity: 5) {
        instructionSet.table.pointee.stepSums(
          after.count, before.pointer, after.pointer, gradient.pointer, lastGradient.pointer,
          lastUpdate.pointer, $0)
      }
    }
    (self.gradient, gradients, update, updates, product) = sums
  }
}

/// ‖x‖², ‖y‖² and x·y.
public struct PairSums: Sendable {
  /// ‖x‖², ‖y‖², x·y.
  public let first, second, product: Double

  /// The sums of two buffers of as many floats.
  public init(_ x: AlignedBuffer<Float>, _ y: AlignedBuffer<Float>, instructionSet: InstructionSet) {
    var sums = (0.0, 0.0, 0.0)
    withUnsafeMutablePointer(to: &sums) { sums in
      sums.withMemoryRebound(to: Double.self, capacity: 3) {
        instructionSet.table.pointee.pairSums(x.count, x.pointer, y.pointer, $0)
      }
    }
    (first, second, product) = sums
  }
}

/// Mean and variance of numbers, or of the differences of two buffers.
public struct DifferenceMoments: Sendable {
  /// The mean, and the mean squared distance from it.
  public let mean, variance: Double

  /// The moments of x − y.
  ///
  /// - Parameters:
  ///   - x: Numbers, in places of which some may hold 0 in both buffers as padding.
  ///   - y: As many; nil for zeros.
  ///   - places: How many of `x` to read.
  ///   - count: How many of these are no padding.
  ///   - instructionSet: Which kernels run.
  public init(
    _ x: UnsafePointer<Float>, minus y: UnsafePointer<Float>?, places: Int, count: Int,
    instructionSet: InstructionSet
  ) {
    var sums = (0.0, 0.0)
    withUnsafeMutablePointer(to: &sums) { sums in
      sums.withMemoryRebound(to: Double.self, capacity: 2) {
        instructionSet.table.pointee.differenceSums(places, x, y, $0)
      }
    }
    mean = sums.0 / Double(count)
    variance = max(sums.1 / Double(count) - mean * mean, 0)
  }
}

/// ‖x − y‖² of two buffers of as many floats.
public func squaredDistance(
  _ x: AlignedBuffer<Float>, _ y: AlignedBuffer<Float>, instructionSet: InstructionSet
) -> Double {
  instructionSet.table.pointee.squaredDistance(x.count, x.pointer, y.pointer)
}
