import Foundation

/// Student's t distribution.
public enum StudentT {
  /// The probability of a value at least as far from zero as `t`, on either side.
  ///
  /// `I_x(v / 2, 1 / 2)` with `x = v / (v + t^2)`, I the regularised incomplete beta function.
  ///
  /// - Parameters:
  ///   - t: Any number.
  ///   - degreesOfFreedom: Positive; need not be whole.
  /// - Returns: A probability in [0, 1].
  public static func twoSidedProbability(of t: Double, degreesOfFreedom: Double) -> Double {
    precondition(degreesOfFreedom > 0, "expected positive degrees of freedom, got \(degreesOfFreedom)")
    guard t.isFinite else { return 0 }
    let sum = degreesOfFreedom + t * t
    return regularisedIncompleteBeta(
      degreesOfFreedom / sum, complement: t * t / sum, degreesOfFreedom / 2, 0.5)
  }

  /// The value that is exceeded, on either side, with probability 1 - `confidence`.
  ///
  /// - Parameters:
  ///   - confidence: In (0, 1), 0.95 for instance.
  ///   - degreesOfFreedom: Positive.
  /// - Returns: A positive number, to the precision of a double by bisection.
  public static func criticalValue(confidence: Double, degreesOfFreedom: Double) -> Double {
    precondition(confidence > 0 && confidence < 1, "expected a confidence in (0, 1), got \(confidence)")
    var (low, high) = (0.0, 1.0)
    while twoSidedProbability(of: high, degreesOfFreedom: degreesOfFreedom) > 1 - confidence { high *= 2 }
    for _ in 0..<200 where high > low.nextUp {
      let middle = (low + high) / 2
      if twoSidedProbability(of: middle, degreesOfFreedom: degreesOfFreedom) > 1 - confidence {
        low = middle
      } else {
        high = middle
      }
    }
    return (low + high) / 2
  }
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22) evaluated by Lentz's
/// method, on the side where it converges fast.
///
/// - Parameters:
///   - x: In [0, 1].
///   - complement: 1 - x, given apart because near 1 the difference would lose the digits that matter.
///   - a: Positive.
///   - b: Positive.
/// - Returns: A number in [0, 1].
func regularisedIncompleteBeta(_ x: Double, complement: Double, _ a: Double, _ b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard complement > 0 else { return 1 }
  // With "<", a value at the border (one standard error and one degree of freedom) would go back and forth for ever.
  guard x <= (a + 1) / (a + b + 2) else {
    return 1 - regularisedIncompleteBeta(complement, complement: x, b, a)
  }
  let logarithm = a * log(x) + b * log(complement)
  return exp(lgamma(a + b) - lgamma(a) - lgamma(b) + logarithm) / a * betaContinuedFraction(x, a, b)
}

private func betaContinuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  let tiny = 1e-300
  func nonZero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var numerator = 1.0
  var denominator = 1 / nonZero(1 - (a + b) * x / (a + 1))
  var result = denominator
  for index in 1...10_000 {
    let m = Double(index)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    denominator = 1 / nonZero(1 + even * denominator)
    numerator = nonZero(1 + even / numerator)
    result *= denominator * numerator
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    denominator = 1 / nonZero(1 + odd * denominator)
    numerator = nonZero(1 + odd / numerator)
    let change = denominator * numerator
    result *= change
    if abs(change - 1) < 1e-15 { break }
  }
  return result
}
