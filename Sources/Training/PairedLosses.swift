import Experiments
import Foundation
import Randomness

/// The test losses of two controllers on the same problems, from the same seeds and initial rates.
///
/// Losses are compared by the difference of their `Regret`: ln((new + 0.01 chance) / (old + 0.01 chance)), so that a problem
/// counts by the ratio of its losses, and one that both solve does not decide a mean.
public struct PairedLosses: Codable, Sendable, Equatable {
  /// One problem.
  public struct Pair: Codable, Sendable, Equatable {
    /// The loss of the controller before.
    public var incumbent: Double
    /// The loss of the new one.
    public var candidate: Double
    /// The loss of guessing, positive.
    public var chance: Double

    /// Creates a pair.
    public init(incumbent: Double, candidate: Double, chance: Double) {
      (self.incumbent, self.candidate, self.chance) = (incumbent, candidate, chance)
    }

    /// The difference of the regrets; below 0 where the new one is better.
    public var difference: Double {
      let losses = [candidate, incumbent].map { log(max($0, 0) + PairedLosses.share * chance) }
      return losses[0] - losses[1]
    }
  }

  /// One pair a problem.
  public let pairs: [Pair]

  /// Pairs of losses.
  public init(pairs: [Pair]) {
    self.pairs = pairs
  }

  private static let share = 0.01
  /// Below this a difference is taken for more than chance.
  public static let significance = 0.05
  /// How much the mean difference may rise, in regret, before a controller counts as worse: 0.02 is a fiftieth of the loss.
  public static let tolerance = 0.02

  /// The mean difference of the regrets; 0 without problems.
  public var mean: Double { pairs.reduce(0) { $0 + $1.difference } / Double(max(pairs.count, 1)) }

  /// Its 95% interval by bootstrap over problems; nil without problems.
  public var interval: ClosedRange<Double>? {
    guard let scores = ProblemScores(pairs.map(\.difference)) else { return nil }
    var generator = SeededGenerator(seed: 0)
    return StratifiedBootstrap(repetitions: 2000).interval(of: scores, using: &generator, statistic: \.mean)
  }

  /// Wilcoxon's signed-rank test of the differences; nil without problems.
  public var test: WilcoxonTest? {
    WilcoxonTest.paired(pairs.map(\.difference), pairs.map { _ in 0 })
  }

  /// Problems on which the new controller has the lower loss.
  public var wins: Int { pairs.count { $0.difference < 0 } }
  /// Problems on which it has the higher one.
  public var losses: Int { pairs.count { $0.difference > 0 } }

  /// Whether the new one is better, by the mean and by more than chance.
  public var isBetter: Bool {
    guard let test else { return false }
    return test.pValue < Self.significance && test.negativeRanks > test.positiveRanks && mean < 0
  }

  /// Whether the new one is not worse: neither by more than chance, nor by more than ``tolerance`` in the mean.
  public var isNotWorse: Bool {
    guard let test else { return false }
    let isWorse = test.pValue < Self.significance && test.positiveRanks > test.negativeRanks
    return !isWorse && mean <= Self.tolerance
  }
}
