/// Which share of problems a method solves to within some score, for many scores.
///
/// At a threshold it is the mean over problems of the share of the problem's runs whose score is at most the
/// threshold; with one run a problem, the share of problems. A profile that is above another everywhere is
/// better on every quantile. Dolan and Moré (2002, arXiv cs/0102001); with several runs Agarwal et al. (2021,
/// arXiv 2108.13264, section 4.1), who count scores above the threshold, since theirs are better when higher.
public struct PerformanceProfile: Sendable, Equatable {
  /// The thresholds.
  public let thresholds: [Double]
  /// The share at each threshold, in [0, 1].
  public let shares: [Double]
  /// The confidence interval of each share.
  public let intervals: [ClosedRange<Double>]

  /// Computes a profile.
  ///
  /// - Parameters:
  ///   - scores: The scores of a method; lower is better.
  ///   - thresholds: Where to compute it; see ``thresholds(of:atMost:)``.
  ///   - bootstrap: Makes the intervals.
  ///   - generator: Decides what the bootstrap samples.
  public init(
    of scores: ProblemScores, thresholds: [Double], bootstrap: StratifiedBootstrap,
    using generator: inout some RandomNumberGenerator
  ) {
    self.thresholds = thresholds
    shares = Self.shares(of: scores, thresholds)
    intervals = bootstrap.intervals(of: [scores], using: &generator) { Self.shares(of: $0[0], thresholds) }
  }

  /// The scores at which a profile of any of some methods has a step: every finite score, sorted.
  ///
  /// - Parameters:
  ///   - methods: The scores of the methods.
  ///   - limit: Where there are more, this many quantiles of them, at least 2; 200 by default.
  /// - Returns: Increasing numbers.
  public static func thresholds(of methods: [ProblemScores], atMost limit: Int = 200) -> [Double] {
    precondition(limit >= 2, "expected a limit of at least 2, got \(limit)")
    let sorted = Set(methods.flatMap(\.values).flatMap(\.self).filter(\.isFinite)).sorted()
    guard sorted.count > limit else { return sorted }
    return (0..<limit).map { sorted[$0 * (sorted.count - 1) / (limit - 1)] }
  }

  private static func shares(of scores: ProblemScores, _ thresholds: [Double]) -> [Double] {
    // Each run carries the weight of its problem; going through sorted runs once serves all thresholds.
    let runs = scores.values.flatMap { values in
      values.map { (score: $0, weight: 1 / Double(values.count * scores.values.count)) }
    }.sorted { $0.score < $1.score }
    var shares = [Double](repeating: 0, count: thresholds.count)
    var (share, next) = (0.0, 0)
    for index in thresholds.indices.sorted(by: { thresholds[$0] < thresholds[$1] }) {
      while next < runs.count, runs[next].score <= thresholds[index] {
        share += runs[next].weight
        next += 1
      }
      // All weights add up to 1 but for rounding.
      shares[index] = next == runs.count ? 1 : share
    }
    return shares
  }
}
