internal import Kernels

/// Sums over the parameters that measures of a step need; fixed in their order, for each instruction set.
public struct StepSums: Sendable {
  /// ‖g‖², g·(last g), ‖u‖², u·(last u), g·u.
  public let gradient, gradients, update, updates, product: Double

  /// Compares a step with the one before, whose gradient and update are replaced by those of this step.
  ///
  /// - Parameters:
  ///   - before: Parameters before the step.
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

/// ‖x − y‖² of two buffers of as many floats.
public func squaredDistance(
  _ x: AlignedBuffer<Float>, _ y: AlignedBuffer<Float>, instructionSet: InstructionSet
) -> Double {
  instructionSet.table.pointee.squaredDistance(x.count, x.pointer, y.pointer)
}
