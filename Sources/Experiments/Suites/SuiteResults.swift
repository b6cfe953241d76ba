import MetaLR
import Randomness

/// What a comparison over a suite came to: the regret of each contender on each problem.
public struct SuiteResults: Codable, Sendable {
  /// The suite.
  public let suite: String
  /// Its problems.
  public let problems: [ProblemDescription]
  /// One row a contender.
  public let rows: [Row]

  /// One contender.
  public struct Row: Codable, Sendable {
    /// Its name.
    public let name: String
    /// Where its runs began, in multiples of the usual rate.
    public let initialRates: [Double]
    /// Seeds of each initial rate.
    public let seeds: Int
    /// The regret of each run of each problem: initial rate by initial rate, seed by seed.
    public let regrets: [[Double]]
    /// How many runs diverged.
    public let diverged: Int
    /// The rates of a controller from the usual one on the first seed, problem by problem and decision by decision, in
    /// multiples of the usual rate; empty for other methods.
    public let rates: [[Double]]

    /// The share of runs that diverged.
    public var divergedShare: Double {
      Double(diverged) / Double(max(regrets.reduce(0) { $0 + $1.count }, 1))
    }

    /// The regret of each problem, the mean over runs from initial rates that `isIncluded` accepts.
    public func problemRegrets(from isIncluded: (Double) -> Bool = { _ in true }) -> [Double] {
      let places = initialRates.indices.filter { isIncluded(initialRates[$0]) }
        .flatMap { $0 * seeds..<($0 + 1) * seeds }
      return regrets.map { runs in places.reduce(0) { $0 + runs[$1] } / Double(max(places.count, 1)) }
    }
  }

  /// Mean and interquartile mean of regrets over problems, each with its 95% interval.
  public struct Summary: Sendable {
    /// The mean.
    public let mean: Double
    /// Its interval.
    public let meanInterval: ClosedRange<Double>
    /// The interquartile mean.
    public let interquartileMean: Double
    /// Its interval.
    public let interquartileInterval: ClosedRange<Double>

    /// Summarizes one regret a problem; nil where there is none.
    public init?(_ regrets: [Double], repetitions: Int = 2000) {
      guard let scores = ProblemScores(regrets) else { return nil }
      let bootstrap = StratifiedBootstrap(repetitions: repetitions)
      var generator = SeededGenerator(seed: 0)
      mean = scores.mean
      interquartileMean = scores.interquartileMean
      meanInterval = bootstrap.interval(of: scores, using: &generator, statistic: \.mean)
      interquartileInterval = bootstrap.interval(
        of: scores, using: &generator, statistic: \.interquartileMean)
    }
  }
}
