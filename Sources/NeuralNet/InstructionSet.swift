import Foundation
internal import Kernels

/// The processor instructions that the kernels use; the choice changes the speed and the last bits, no more.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// Plain loops, the readable twin of the others.
  case naive
  /// Plain C that every compiler can vectorise a little.
  case portable
  /// AVX2 with fused multiply-add.
  case avx2
  /// AVX-512.
  case avx512
  /// NEON, on 64-bit ARM.
  case neon

  /// The environment variable that forces an instruction set.
  public static let environmentVariable = "METALR_ISA"

  /// The fastest one of this processor.
  public static var best: InstructionSet {
    allCases.first { $0.kernelValue == bestKernelInstructionSet() } ?? .portable
  }

  /// Those that this build and this processor have.
  public static var available: [InstructionSet] { allCases.filter(\.isAvailable) }

  /// Whether this build and this processor have it.
  public var isAvailable: Bool { kernelTable(kernelValue) != nil }

  /// The one that the environment names in ``environmentVariable``, or the fastest where it names none.
  ///
  /// - Throws: ``InstructionSetError`` when the name is unknown or this processor lacks it.
  public static func chosen(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(InstructionSetError) -> InstructionSet {
    guard let name = environment[environmentVariable], !name.isEmpty else { return best }
    guard let choice = InstructionSet(rawValue: name.lowercased()), choice.isAvailable else {
      throw InstructionSetError(name: name)
    }
    return choice
  }

  /// Does multiply-adds in registers alone, as many a cycle as one core can.
  ///
  /// - Parameter rounds: How long: each round is one multiply-add in every accumulator.
  /// - Returns: Floating-point operations done, two for each multiply-add and lane.
  /// - Precondition: The instruction set is available.
  public func probe(rounds: Int) -> Double {
    var result: Float = 0
    return table.pointee.multiplyAddProbe(Int64(rounds), 0.5, 1, &result)
  }

  /// The functions of this instruction set.
  ///
  /// - Precondition: It is available.
  var table: UnsafePointer<KernelTable> {
    guard let table = kernelTable(kernelValue) else {
      preconditionFailure("instruction set '\(rawValue)' is not available on this processor")
    }
    return table
  }

  private var kernelValue: KernelInstructionSet {
    switch self {
    case .naive: KernelInstructionSetNaive
    case .portable: KernelInstructionSetPortable
    case .avx2: KernelInstructionSetAVX2
    case .avx512: KernelInstructionSetAVX512
    case .neon: KernelInstructionSetNEON
    }
  }
}

/// An instruction set that does not exist, or that this processor does not have.
public struct InstructionSetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name that was asked for.
  public let name: String

  /// Creates an error about a name.
  public init(name: String) { self.name = name }

  /// "METALR_ISA is 'sse9', which this processor does not have. Unset it, or choose one of: naive, avx2."
  public var description: String {
    let choices = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
    return "\(InstructionSet.environmentVariable) is '\(name)', which this processor does not have. "
      + "Unset it, or choose one of: \(choices)."
  }
}
