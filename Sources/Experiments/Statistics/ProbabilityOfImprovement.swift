/// How likely a run of one method is to be better than a run of another on the same problem.
///
/// The mean over problems of `P(X < Y) + P(X = Y) / 2` over all pairs of runs, which is Mann and Whitney's U
/// over the number of pairs. It says how often, not how much. Agarwal et al. (2021, arXiv 2108.13264, section
/// 4.3).
public struct ProbabilityOfImprovement: Sendable, Equatable {
  /// The probability, in [0, 1]; 0.5 when neither is better.
  public let value: Double
  /// Its confidence interval.
  public let interval: ClosedRange<Double>

  /// Compares two methods.
  ///
  /// - Parameters:
  ///   - method: The scores of the method that may be better; lower is better.
  ///   - other: The scores of the other on the same problems, in the same order.
  ///   - bootstrap: Makes the interval.
  ///   - generator: Decides what the bootstrap samples.
  /// - Precondition: Both have the same number of problems.
  public init(
    of method: ProblemScores, over other: ProblemScores, bootstrap: StratifiedBootstrap,
    using generator: inout some RandomNumberGenerator
  ) {
    interval = bootstrap.intervals(of: [method, other], using: &generator) { [Self.value($0[0], $0[1])] }[0]
    value = Self.value(method, other)
  }

  private static func value(_ first: ProblemScores, _ second: ProblemScores) -> Double {
    let sum = zip(first.values, second.values).reduce(0.0) { sum, problem in
      let (mine, others) = problem
      let better = mine.reduce(0.0) { count, score in
        others.reduce(count) { $0 + (score < $1 ? 1 : score == $1 ? 0.5 : 0) }
      }
      return sum + better / Double(mine.count * others.count)
    }
    return sum / Double(first.values.count)
  }
}
