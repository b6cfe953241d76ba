import Experiments

/// The middle and the spread of some measurements.
struct Spread: Encodable, Equatable {
  let median: Double
  let lowerQuartile: Double
  let upperQuartile: Double
  let smallest: Double
  let greatest: Double

  /// - Precondition: There is at least one value, and each is finite.
  init(_ values: [Double]) {
    guard let sample = Sample(values) else {
      preconditionFailure("a spread needs finite values, got \(values)")
    }
    median = sample.quantile(0.5)
    lowerQuartile = sample.quantile(0.25)
    upperQuartile = sample.quantile(0.75)
    smallest = sample.quantile(0)
    greatest = sample.quantile(1)
  }
}
