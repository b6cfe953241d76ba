import Foundation

/// A middle and a band around it that are even on a logarithmic axis, where mean minus deviation may have no place.
public struct LogarithmicBand: Sendable, Equatable {
  /// The geometric mean.
  public let middle: Double
  /// One standard deviation of the logarithm below it.
  public let lower: Double
  /// One standard deviation of the logarithm above it.
  public let upper: Double

  /// The band of some values, or nothing when one of them is not positive and finite, or there is none.
  public init?(_ values: [Double]) {
    guard let sample = Sample(values.map(log)) else { return nil }
    middle = exp(sample.mean)
    lower = exp(sample.mean - sample.standardDeviation)
    upper = exp(sample.mean + sample.standardDeviation)
  }
}
