import NeuralNet

/// Rows of weights, each as long as an example's row: centers, directions or a layer of a teacher.
struct WeightRows {
  private let buffer: AlignedBuffer<Float>
  private let length: Int

  /// Normal numbers times `scale`; zeros where the examples are padded.
  init(_ count: Int, for sheet: ExampleSheet, scale: Float = 1, using random: inout DrawnRandom) {
    length = sheet.stride
    buffer = AlignedBuffer(count: count * sheet.stride)
    for row in 0..<count {
      for place in 0..<sheet.inputs { buffer.pointer[row * length + place] = random.normal() * scale }
    }
  }

  /// The scalar product of one row of weights with an example.
  @inline(__always)
  func product(_ row: Int, with example: UnsafePointer<Float>) -> Float {
    RowArithmetic.dot(buffer.pointer + row * length, example, length)
  }

  /// The scalar product of one row of weights with itself.
  func squareSum(_ row: Int) -> Float { product(row, with: buffer.pointer + row * length) }

  /// Adds one row of weights times `factor` to an example.
  @inline(__always)
  func add(_ row: Int, times factor: Float, to example: UnsafeMutablePointer<Float>) {
    RowArithmetic.add(buffer.pointer + row * length, times: factor, to: example, length)
  }
}
