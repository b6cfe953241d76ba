/// Measurements of one thing, one a seed.
public struct Sample: Sendable, Equatable {
  /// The measurements, all finite.
  public let values: [Double]

  /// Squares of larger measurements overflow, and their sums: they count as infinite.
  static let largestMeasurement = 1e150

  /// Creates a sample, or nothing when a value is not finite, beyond 1e150, or there is none.
  public init?(_ values: [Double]) {
    guard !values.isEmpty, values.allSatisfy({ $0.magnitude <= Self.largestMeasurement }) else { return nil }
    self.values = values
  }

  /// How many measurements there are.
  public var count: Int { values.count }

  /// The arithmetic mean.
  public var mean: Double { values.reduce(0, +) / Double(count) }

  /// The variance with the divisor count - 1; 0 for a single measurement.
  public var variance: Double {
    guard count > 1 else { return 0 }
    let mean = mean
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
  }

  /// The square root of the variance.
  public var standardDeviation: Double { variance.squareRoot() }
}
