/// Arithmetic on rows of floats whose length is a multiple of 16 and whose address is a multiple of 64.
///
/// The order of the additions is fixed, so that the bits are too.
enum RowArithmetic {
  private static let lanes = 16

  @inline(__always)
  static func dot(_ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ count: Int) -> Float {
    var sum = SIMD16<Float>.zero
    for place in stride(from: 0, to: count, by: lanes) { sum += load(left, place) * load(right, place) }
    return sum.sum()
  }

  /// Adds factor x other to the row.
  @inline(__always)
  static func add(
    _ other: UnsafePointer<Float>, times factor: Float, to row: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    for place in stride(from: 0, to: count, by: lanes) {
      store(load(row, place) + load(other, place) * factor, row, place)
    }
  }

  /// Multiplies each input of a row by its factor and adds its offset.
  @inline(__always)
  static func scale(
    _ row: UnsafeMutablePointer<Float>, by factor: UnsafePointer<Float>, plus offset: UnsafePointer<Float>,
    _ count: Int
  ) {
    for place in stride(from: 0, to: count, by: lanes) {
      store(load(row, place) * load(factor, place) + load(offset, place), row, place)
    }
  }

  @inline(__always)
  private static func load(_ row: UnsafePointer<Float>, _ place: Int) -> SIMD16<Float> {
    UnsafeRawPointer(row + place).load(as: SIMD16<Float>.self)
  }

  @inline(__always)
  private static func store(_ value: SIMD16<Float>, _ row: UnsafeMutablePointer<Float>, _ place: Int) {
    UnsafeMutableRawPointer(row + place).storeBytes(of: value, as: SIMD16<Float>.self)
  }
}
