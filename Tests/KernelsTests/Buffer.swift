import Kernels
import Randomness

/// Memory of exactly `count` elements on a 64-byte boundary, so that the address sanitizer sees a read too far.
///
/// Weights and their gradients have no alignment: `misaligned` puts them one element after such a boundary.
final class Buffer<Element: BitwiseCopyable> {
  let count: Int
  let pointer: UnsafeMutablePointer<Element>
  private let memory: UnsafeMutableRawPointer

  init(count: Int, repeating value: Element, misaligned: Bool = false) {
    self.count = count
    let offset = misaligned ? MemoryLayout<Element>.stride : 0
    memory = .allocate(byteCount: offset + count * MemoryLayout<Element>.stride, alignment: 64)
    pointer = (memory + offset).bindMemory(to: Element.self, capacity: count)
    pointer.initialize(repeating: value, count: count)
  }

  deinit { memory.deallocate() }

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
