import Foundation

extension RandomNumberGenerator {
  /// A number drawn evenly from [0, 1), with 53 random bits.
  @inlinable
  public mutating func nextUniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number drawn evenly from [`range.lowerBound`, `range.upperBound`).
  @inlinable
  public mutating func nextUniform(in range: Range<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * nextUniform()
  }

  /// A number drawn from the normal distribution of mean 0 and variance 1.
  ///
  /// Box and Muller (1958), one of the pair, so that no hidden state outlives the call.
  @inlinable
  public mutating func nextNormal() -> Double {
    let radius = (-2 * log(1 - nextUniform())).squareRoot()
    return radius * cos(2 * .pi * nextUniform())
  }

  /// Whole numbers from 0 to `count` - 1 in random order.
  ///
  /// Fisher and Yates. The standard library's `shuffled(using:)` may change between releases; this may not.
  @inlinable
  public mutating func nextPermutation(of count: Int) -> [Int32] {
    var order = (0..<Int32(count)).map { $0 }
    guard count > 1 else { return order }
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, nextIndex(below: last + 1))
    }
    return order
  }

  /// A whole number from 0 to `bound` - 1, each equally likely (Lemire, 2019, without bias).
  ///
  /// - Precondition: `bound` is positive.
  @inlinable
  public mutating func nextIndex(below bound: Int) -> Int {
    precondition(bound > 0, "nextIndex(below:) needs a positive bound, got \(bound)")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold {
        product = next().multipliedFullWidth(by: range)
      }
    }
    return Int(product.high)
  }
}
