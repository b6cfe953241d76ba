import Foundation
import Kernels
import Randomness

/// Memory of exactly `count` elements on a 64-byte boundary, between two pages that nobody may touch.
///
/// A kernel that reads or writes past the end, or a page before the beginning, ends the process. Only the bytes that fill a last
/// vector of 64 bytes are the buffer's own. Weights and their gradients have no alignment: `misaligned` ends them at the page,
/// or one element before it where this would align them.
final class Buffer<Element: BitwiseCopyable> {
  let count: Int
  let pointer: UnsafeMutablePointer<Element>
  private let mapping: UnsafeMutableRawPointer
  private let mappedCount: Int

  init(count: Int, repeating value: Element, misaligned: Bool = false) {
    self.count = count
    let bytes = count * MemoryLayout<Element>.stride
    let aligned = (bytes + 63) / 64 * 64
    let space = !misaligned ? aligned : bytes == aligned ? bytes + MemoryLayout<Element>.stride : bytes
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let inner = (space + page - 1) / page * page
    mappedCount = inner + 2 * page
    let memory = mmap(nil, mappedCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else { preconditionFailure("no memory for \(bytes) bytes") }
    mapping = memory
    let guarded =
      mprotect(memory, page, PROT_NONE) == 0 && mprotect(memory + page + inner, page, PROT_NONE) == 0
    precondition(guarded, "the pages around a buffer cannot be guarded")
    pointer = (memory + page + inner - space).bindMemory(to: Element.self, capacity: count)
    pointer.initialize(repeating: value, count: count)
  }

  deinit { munmap(mapping, mappedCount) }

  var values: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "index \(index) is outside 0..<\(count)")
      return pointer[index]
    }
    set {
      precondition(index >= 0 && index < count, "index \(index) is outside 0..<\(count)")
      pointer[index] = newValue
    }
  }
}

typealias Floats = Buffer<Float>

extension Buffer<Float> {
  /// Zeros.
  convenience init(_ count: Int) { self.init(count: count, repeating: 0) }

  /// Normal random numbers.
  convenience init(_ count: Int, from generator: inout SeededGenerator, misaligned: Bool = false) {
    self.init(count: count, repeating: 0, misaligned: misaligned)
    for i in 0..<count { pointer[i] = Float(generator.nextNormal()) }
  }
}

/// The largest distance between two arrays, relative to the largest magnitude of the expected one.
func relativeDistance(_ actual: [Float], _ expected: [Float]) -> Double {
  precondition(actual.count == expected.count, "\(actual.count) values, expected \(expected.count)")
  var distance = 0.0
  var magnitude = 0.0
  for (a, e) in zip(actual, expected) {
    guard a.isFinite && e.isFinite else { return a == e ? distance : .infinity }
    distance = max(distance, abs(Double(a) - Double(e)))
    magnitude = max(magnitude, abs(Double(e)))
  }
  return magnitude == 0 ? distance : distance / magnitude
}

/// The sum of products of two buffers.
func dot(_ a: Floats, _ b: Floats) -> Double {
  zip(a.values, b.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}
