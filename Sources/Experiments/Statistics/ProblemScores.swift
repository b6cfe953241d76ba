/// What one method came to on several problems, in one or more runs of each; lower is better.
///
/// The scores have to be comparable across problems, as ``Regret`` is.
public struct ProblemScores: Sendable, Equatable {
  /// The scores of the runs, problem by problem; infinite for a run that failed.
  public let values: [[Double]]

  /// Creates the scores, or nothing when there is no problem, a problem has no run, or a score is not a
  /// number or negative infinity.
  public init?(_ values: [[Double]]) {
    guard !values.isEmpty,
      values.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0 > -.infinity } })
    else { return nil }
    self.values = values
  }

  /// Creates the scores of one run a problem; nothing as above.
  public init?(_ values: [Double]) {
    self.init(values.map { [$0] })
  }

  init(resampled values: [[Double]]) {
    self.values = values
  }

  /// The mean score of each problem.
  public var problemMeans: [Double] { values.map { $0.reduce(0, +) / Double($0.count) } }

  /// The mean over problems of each problem's mean.
  public var mean: Double { problemMeans.reduce(0, +) / Double(values.count) }

  /// The mean of the middle half of all runs: the lowest and the highest quarter, rounded down, are left out.
  ///
  /// It is as robust against single bad runs as a median, and needs fewer runs. Agarwal et al. (2021, arXiv
  /// 2108.13264, section 4.3).
  public var interquartileMean: Double {
    let sorted = values.flatMap(\.self).sorted()
    let cut = sorted.count / 4
    let middle = sorted[cut..<sorted.count - cut]
    return middle.reduce(0, +) / Double(middle.count)
  }
}
