import Randomness

/// Confidence intervals by resampling, which assume no distribution.
///
/// Each repetition samples a new set of scores with replacement and computes the statistic again; the interval
/// holds the middle of the results (percentile method, quantiles by straight lines). Problems are the strata:
/// a problem's runs are replaced only by runs of the same problem. Agarwal et al. (2021, arXiv 2108.13264,
/// section 4.2).
public struct StratifiedBootstrap: Sendable, Equatable {
  /// What is resampled in each repetition.
  public enum Unit: Sendable, Equatable {
    /// The runs of each problem: what would change with other seeds on the same problems.
    case runs
    /// The problems, and the runs of each sampled problem: what would change with other problems of the same
    /// kind.
    case problems
  }

  /// What is resampled.
  public let unit: Unit
  /// How many times.
  public let repetitions: Int
  /// The share of the results that the interval holds, in (0, 1).
  public let confidence: Double

  /// Creates a bootstrap.
  ///
  /// - Parameters:
  ///   - unit: What is resampled; by default the problems, which are the statistical unit of a comparison.
  ///   - repetitions: How many times, at least 1; 10,000 by default.
  ///   - confidence: The share of the results that the interval holds; 0.95 by default.
  /// - Precondition: The numbers are in their ranges.
  public init(unit: Unit = .problems, repetitions: Int = 10_000, confidence: Double = 0.95) {
    precondition(repetitions >= 1, "expected at least one repetition, got \(repetitions)")
    precondition(confidence > 0 && confidence < 1, "expected a confidence in (0, 1), got \(confidence)")
    self.unit = unit
    self.repetitions = repetitions
    self.confidence = confidence
  }

  /// The interval of a statistic of one method's scores.
  ///
  /// - Parameters:
  ///   - scores: The scores.
  ///   - generator: Decides what is sampled.
  ///   - statistic: `\.mean` or `\.interquartileMean` for instance; never NaN.
  /// - Returns: The lower and the upper end.
  public func interval(
    of scores: ProblemScores, using generator: inout some RandomNumberGenerator,
    statistic: (ProblemScores) -> Double
  ) -> ClosedRange<Double> {
    intervals(of: [scores], using: &generator) { [statistic($0[0])] }[0]
  }

  /// The intervals of several statistics of several methods' scores on the same problems.
  ///
  /// Problems are sampled for all methods together, runs for each method on its own.
  ///
  /// - Parameters:
  ///   - methods: The scores of each method.
  ///   - generator: Decides what is sampled.
  ///   - statistics: The same number of values each time, none of them NaN.
  /// - Returns: An interval for each statistic.
  /// - Precondition: There is a method, and all have the same number of problems.
  public func intervals(
    of methods: [ProblemScores], using generator: inout some RandomNumberGenerator,
    statistics: ([ProblemScores]) -> [Double]
  ) -> [ClosedRange<Double>] {
    let counts = methods.map(\.values.count)
    precondition(
      !methods.isEmpty && counts.allSatisfy { $0 == counts[0] },
      "expected methods with the same problems, got \(counts) problems")
    var results: [[Double]] = []
    for _ in 0..<repetitions {
      let values = statistics(resampled(methods, using: &generator))
      precondition(!values.contains(where: \.isNaN), "expected statistics that are numbers, got \(values)")
      if results.isEmpty { results = values.map { _ in [] } }
      for (index, value) in values.enumerated() { results[index].append(value) }
    }
    return results.map { values in
      let sorted = values.sorted()
      let tail = (1 - confidence) / 2
      return quantile(tail, ofSorted: sorted)...quantile(1 - tail, ofSorted: sorted)
    }
  }

  private func resampled(
    _ methods: [ProblemScores], using generator: inout some RandomNumberGenerator
  ) -> [ProblemScores] {
    let count = methods[0].values.count
    var resampled = methods.map { _ in [[Double]]() }
    for index in 0..<count {
      let problem = unit == .problems ? generator.nextIndex(below: count) : index
      for (number, method) in methods.enumerated() {
        let runs = method.values[problem]
        resampled[number].append(runs.map { _ in runs[generator.nextIndex(below: runs.count)] })
      }
    }
    return resampled.map(ProblemScores.init(resampled:))
  }
}
