internal import Kernels

/// The matrix products and activations of networks over rows, for networks that are built elsewhere.
///
/// Rows hold columns padded to a multiple of 16; every pointer is aligned to 64 bytes. The same bits on one instruction
/// set.
public struct RowOperations: @unchecked Sendable {
  // Unchecked: the table is constant.
  private let kernels: UnsafePointer<KernelTable>

  /// The operations of an instruction set.
  ///
  /// - Precondition: It is available.
  public init(_ instructionSet: InstructionSet = .best) { kernels = instructionSet.table }

  /// result (rows, columns) = a (rows, inner) times b (inner, columns), plus `bias` (columns) in each row.
  public func product(
    _ a: UnsafePointer<Float>, rows: Int, inner: Int, _ b: UnsafePointer<Float>, columns: Int,
    bias: UnsafePointer<Float>? = nil, into result: UnsafeMutablePointer<Float>
  ) {
    kernels.pointee.rowProduct(
      Int32(rows), Int32(columns), Int32(inner), a, inner, 1, b, columns, bias, result, columns)
  }

  /// result (inner, columns) = transposed a (rows, inner) times b (rows, columns).
  public func transposedProduct(
    _ a: UnsafePointer<Float>, rows: Int, inner: Int, _ b: UnsafePointer<Float>, columns: Int,
    into result: UnsafeMutablePointer<Float>
  ) {
    kernels.pointee.rowProduct(
      Int32(inner), Int32(columns), Int32(rows), a, 1, inner, b, columns, nil, result, columns)
  }

  /// result (columns) = the sum of the rows of a (rows, columns).
  public func sums(
    _ a: UnsafePointer<Float>, rows: Int, columns: Int, into result: UnsafeMutablePointer<Float>
  ) {
    kernels.pointee.rowSums(Int32(rows), Int32(columns), a, result)
  }

  /// result (columns, rows) = transposed a (rows, columns); both are multiples of 16.
  public func transpose(
    _ a: UnsafePointer<Float>, rows: Int, columns: Int, into result: UnsafeMutablePointer<Float>
  ) {
    kernels.pointee.rowTranspose(Int32(rows), Int32(columns), a, result)
  }

  /// result = tanh(z), number by number.
  public func tanh(_ z: UnsafePointer<Float>, count: Int, into result: UnsafeMutablePointer<Float>) {
    kernels.pointee.rowActivate(Int32(kActivationTanh), count, z, result)
  }

  /// Turns `slope`, the derivative by tanh(z), into that by z.
  public func tanhBackward(_ z: UnsafePointer<Float>, count: Int, _ slope: UnsafeMutablePointer<Float>) {
    kernels.pointee.rowActivateBackward(Int32(kActivationTanh), count, z, slope)
  }

  /// One time step of gated recurrent units; see `gruForward` in Kernels.h.
  public func gruForward(
    rows: Int, units: Int, input: UnsafePointer<Float>, recurrent: UnsafePointer<Float>,
    previous: UnsafePointer<Float>, gates: UnsafeMutablePointer<Float>, state: UnsafeMutablePointer<Float>
  ) {
    kernels.pointee.gruForward(Int32(rows), Int32(units), input, recurrent, previous, gates, state)
  }

  /// The way back through a time step; see `gruBackward` in Kernels.h.
  public func gruBackward(
    rows: Int, units: Int, gates: UnsafePointer<Float>, recurrent: UnsafePointer<Float>,
    previous: UnsafePointer<Float>, slope: UnsafeMutablePointer<Float>,
    inputSlope: UnsafeMutablePointer<Float>, recurrentSlope: UnsafeMutablePointer<Float>
  ) {
    kernels.pointee.gruBackward(
      Int32(rows), Int32(units), gates, recurrent, previous, slope, inputSlope, recurrentSlope)
  }
}
