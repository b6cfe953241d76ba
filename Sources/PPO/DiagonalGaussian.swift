import Foundation

/// A normal distribution with independent components, given by its means and the logarithms of its standard
/// deviations: the policy's distribution of actions.
enum DiagonalGaussian {
  private static let halfLogTwoPi = Float(0.5 * log(2 * Double.pi))

  /// One component's share of the log density: -z^2 / 2 - log sigma - log(2 pi) / 2 with z = (x - mean) / sigma.
  static func logProbability(of value: Float, mean: Float, logStandardDeviation: Float) -> Float {
    let z = standardized(value, mean: mean, logStandardDeviation: logStandardDeviation)
    return -0.5 * z * z - logStandardDeviation - halfLogTwoPi
  }

  /// The derivatives of ``logProbability(of:mean:logStandardDeviation:)``: z / sigma and z^2 - 1.
  static func logProbabilityGradient(
    of value: Float, mean: Float, logStandardDeviation: Float
  ) -> (mean: Float, logStandardDeviation: Float) {
    let z = standardized(value, mean: mean, logStandardDeviation: logStandardDeviation)
    return (z * exp(-logStandardDeviation), z * z - 1)
  }

  /// One component's share of the entropy: log sigma + log(2 pi e) / 2, in nats.
  static func entropy(logStandardDeviation: Float) -> Float {
    logStandardDeviation + 0.5 + halfLogTwoPi
  }

  private static func standardized(_ value: Float, mean: Float, logStandardDeviation: Float) -> Float {
    (value - mean) * exp(-logStandardDeviation)
  }
}
