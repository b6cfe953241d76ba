/// What a measure came to over the seeds of one method, and how it differs from the same measure of a reference.
public struct MeasureSummary: Encodable, Sendable, Equatable {
  /// The mean; infinite where a run has no finite value.
  public let mean: Double
  /// The standard deviation over n - 1; not a number where a run has no finite value.
  public let standardDeviation: Double
  /// The 95% confidence interval of the mean, lower and upper end; nil for fewer than two seeds.
  public let interval: [Double]?
  /// Two-sided p-value of Welch's test against the reference; nil for the reference itself, and for fewer than two
  /// seeds.
  public internal(set) var welch: Double?
  /// Two-sided p-value of the test paired on seeds, likewise.
  public internal(set) var paired: Double?

  init(_ values: [Double], reference: [Double]?) {
    let sample = Sample(values)
    mean = sample?.mean ?? .infinity
    standardDeviation = sample?.standardDeviation ?? .nan
    interval = sample?.confidenceInterval().map { [$0.lowerBound, $0.upperBound] }
    if let sample, let other = reference.flatMap(Sample.init) {
      welch = TTest.welch(sample, other)?.pValue
      paired = TTest.paired(sample, other)?.pValue
    }
  }
}
