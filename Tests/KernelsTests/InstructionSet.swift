import Kernels
import Testing

/// The instruction sets with fast kernels.
enum InstructionSet: UInt32, CaseIterable, CustomTestStringConvertible {
  case portable = 1
  case avx2 = 2
  case avx512 = 3
  case neon = 4

  /// Those this machine has.
  static var available: [InstructionSet] {
    allCases.filter { kernelTable(KernelInstructionSet(rawValue: $0.rawValue)) != nil }
  }

  /// Its kernels.
  var kernels: KernelTable {
    get throws { try #require(kernelTable(KernelInstructionSet(rawValue: rawValue))).pointee }
  }

  var testDescription: String { "\(self)" }
}

/// The oracle.
var naive: KernelTable {
  get throws { try #require(kernelTable(KernelInstructionSetNaive)).pointee }
}

@Suite("Choice of instruction set")
struct InstructionSetTests {
  @Test("The best instruction set has a table, and so do naive and portable everywhere")
  func tablesExist() throws {
    #expect(kernelTable(bestKernelInstructionSet()) != nil)
    #expect(kernelTable(bestKernelInstructionSet()) != kernelTable(KernelInstructionSetNaive))
    #expect(String(cString: try naive.name) == "naive")
    #expect(String(cString: try InstructionSet.portable.kernels.name) == "portable")
  }

  @Test("An instruction set of another processor has no table")
  func foreignInstructionSet() {
    #if arch(x86_64)
      #expect(kernelTable(KernelInstructionSetNEON) == nil)
    #else
      #expect(kernelTable(KernelInstructionSetAVX2) == nil)
    #endif
  }
}
