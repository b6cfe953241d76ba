/// Memory of a fixed size, aligned to 64 bytes (a cache line and an AVX-512 register), zero at first.
///
/// The kernels ask for this alignment, which arrays do not have.
public final class AlignedBuffer<Element: BitwiseCopyable> {
  /// Elements in the buffer.
  public let count: Int
  /// The first element; valid as long as the buffer lives.
  public let pointer: UnsafeMutablePointer<Element>

  /// A buffer of `count` elements whose bytes are all zero.
  ///
  /// - Precondition: `count` is not negative.
  public init(count: Int) {
    precondition(count >= 0, "a buffer needs a count of at least 0, got \(count)")
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    self.count = count
    pointer = memory.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  /// The elements, to read or to change in place.
  public var elements: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }

  /// Replaces all elements.
  ///
  /// - Precondition: There are as many as the buffer holds.
  public func assign(_ source: some Collection<Element>) {
    precondition(source.count == count, "\(source.count) elements for a buffer of \(count)")
    _ = elements.update(fromContentsOf: source)
  }

  /// Becomes a copy of another buffer.
  ///
  /// - Precondition: It has as many elements.
  public func copy(_ source: AlignedBuffer) {
    precondition(source.count == count, "\(source.count) elements for a buffer of \(count)")
    pointer.update(from: source.pointer, count: count)
  }
}
