import Foundation

/// A distribution's quantiles at (i + 1/2) / 65,536, so that a random number costs 16 random bits and one look-up.
///
/// Unchecked, for the memory is filled once, never changed and never freed.
struct QuantileTable: @unchecked Sendable {
  static let count = 65_536
  /// The normal distribution of mean 0 and variance 1.
  static let normal = QuantileTable(filledBy: fillNormal)
  /// The standard Gumbel distribution: the class of the largest score plus such a number follows the softmax.
  static let gumbel = QuantileTable(filledBy: fillGumbel)

  let values: UnsafePointer<Float>

  private init(filledBy fill: (UnsafeMutablePointer<Float>) -> Void) {
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: Self.count)
    fill(memory)
    values = UnsafePointer(memory)
  }

  private static func probability(_ index: Int) -> Double { (Double(index) + 0.5) / Double(count) }

  /// Newton's method on the distribution function, from the median outwards.
  ///
  /// The function is convex below the median, so that each start, the quantile before, leads down to the root.
  private static func fillNormal(_ values: UnsafeMutablePointer<Float>) {
    var quantile = 0.0
    for index in stride(from: count / 2 - 1, through: 0, by: -1) {
      let wanted = probability(index)
      for _ in 0..<50 {
        let density = exp(-quantile * quantile / 2) / (2 * Double.pi).squareRoot()
        let step = (erfc(-quantile / 2.0.squareRoot()) / 2 - wanted) / density
        quantile -= step
        if abs(step) < 1e-10 { break }
      }
      values[index] = Float(quantile)
      values[count - 1 - index] = -Float(quantile)
    }
  }

  private static func fillGumbel(_ values: UnsafeMutablePointer<Float>) {
    for index in 0..<count { values[index] = Float(-log(-log(probability(index)))) }
  }
}
