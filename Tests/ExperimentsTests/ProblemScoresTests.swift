import Foundation
import Randomness
import Testing

@testable import Experiments

@Suite("Scores over problems")
struct ProblemScoresTests {
  @Test("Regret is 0 at the best loss, negative below it, and infinite for a diverged run")
  func regret() throws {
    let regret = try #require(Regret(bestLoss: 0.5, chanceLoss: 2))
    #expect(regret.value(of: 0.5) == 0)
    // (1.02 + 0.02) / (0.5 + 0.02) = 2
    #expect(abs(try #require(regret.value(of: 1.02)) - log(2)) < 1e-15)
    // 0.02 / 0.52 = 1 / 26
    #expect(abs(try #require(regret.value(of: 0)) + log(26)) < 1e-14)
    #expect(regret.value(of: .infinity) == .infinity && regret.value(of: .nan) == .infinity)
    #expect(regret.value(of: -0.1) == nil && regret.value(of: -.infinity) == nil)
  }

  @Test("A best loss of 0 has a scale; losses that are no losses have none")
  func scales() {
    #expect(Regret(bestLoss: 0, chanceLoss: 1)?.value(of: 0.99) == log(100))
    for (best, chance) in [
      (-1.0, 1.0), (.nan, 1), (.infinity, 1), (1, 0), (1, -1), (1, .nan), (1, .infinity),
    ] {
      #expect(Regret(bestLoss: best, chanceLoss: chance) == nil, "\(best), \(chance)")
    }
  }

  @Test("Scores need problems with runs whose scores are numbers; infinite ones count as they are")
  func validity() throws {
    #expect(ProblemScores([[Double]]()) == nil && ProblemScores([[1], []]) == nil)
    #expect(ProblemScores([.nan]) == nil && ProblemScores([-.infinity]) == nil)
    let failed = try #require(ProblemScores([1, 2, 3, .infinity]))
    #expect(failed.mean == .infinity)
    #expect(failed.interquartileMean == 2.5)
    #expect(ProblemScores([[1, 3], [7]])?.problemMeans == [2, 7])
  }

  @Test("Problems with different numbers of runs weigh the same in the mean")
  func unequalRuns() {
    #expect(ProblemScores([[1, 1, 1, 1], [3]])?.mean == 2)
  }

  @Test("The same seed gives the same interval, another seed another one")
  func seeds() throws {
    let scores = try #require(ProblemScores((0..<20).map { [Double($0 * $0 % 17), Double($0 % 5)] }))
    let bootstrap = StratifiedBootstrap(repetitions: 200)
    func interval(_ seed: UInt64) -> ClosedRange<Double> {
      var generator = SeededGenerator(seed: seed)
      return bootstrap.interval(of: scores, using: &generator, statistic: \.mean)
    }
    #expect(interval(1) == interval(1))
    #expect(interval(1) != interval(2))
  }

  @Test("The bootstrap of runs keeps to the runs of each problem")
  func strata() throws {
    // Runs without spread: nothing can change but for the problems.
    let scores = try #require(ProblemScores([[1, 1], [5, 5], [9, 9]]))
    var generator = SeededGenerator(seed: 0)
    let runs = StratifiedBootstrap(unit: .runs, repetitions: 500)
    #expect(runs.interval(of: scores, using: &generator, statistic: \.mean) == 5...5)
    // The mean of three of 1, 5 and 9 is 1 or 9 in one of 27 draws each, more than 2.5%.
    let problems = StratifiedBootstrap(unit: .problems, repetitions: 2_000)
    #expect(problems.interval(of: scores, using: &generator, statistic: \.mean) == 1...9)
  }

  @Test("The interval covers the true mean about as often as it says")
  func coverage() throws {
    var generator = SeededGenerator(seed: 3)
    let bootstrap = StratifiedBootstrap(repetitions: 200, confidence: 0.9)
    let hits = (0..<100).count { _ in
      let values = (0..<40).map { _ in generator.nextNormal() }
      guard let scores = ProblemScores(values) else { return false }
      return bootstrap.interval(of: scores, using: &generator, statistic: \.mean).contains(0)
    }
    // 90 expected, with a deviation of 3 by chance.
    #expect((80...98).contains(hits), "\(hits) of 100")
  }

  @Test("Infinite scores give infinite ends, not numbers that are none")
  func infiniteEnds() throws {
    let scores = try #require(ProblemScores([0, 0, 0, .infinity]))
    var generator = SeededGenerator(seed: 0)
    let interval = StratifiedBootstrap(repetitions: 101).interval(
      of: scores, using: &generator, statistic: \.mean)
    #expect(interval == 0...Double.infinity)
  }

  @Test("A profile's thresholds are the finite scores, thinned where there are many")
  func thresholds() throws {
    let scores = try #require(ProblemScores([3, 1, .infinity, 1]))
    #expect(PerformanceProfile.thresholds(of: [scores]) == [1, 3])
    let many = try #require(ProblemScores((0..<1_000).map(Double.init)))
    let thinned = PerformanceProfile.thresholds(of: [many, scores], atMost: 11)
    #expect(thinned.count == 11 && thinned.first == 0 && thinned.last == 999)
  }

  @Test("A failed run is never solved")
  func failures() throws {
    let scores = try #require(ProblemScores([1, .infinity]))
    var generator = SeededGenerator(seed: 0)
    let profile = PerformanceProfile(
      of: scores, thresholds: [0, 1, 1e300], bootstrap: StratifiedBootstrap(repetitions: 10),
      using: &generator)
    #expect(profile.shares == [0, 0.5, 0.5])
  }

  @Test("A method that is better on every problem improves with certainty, equal ones half the time")
  func improvement() throws {
    let (good, bad) = (
      try #require(ProblemScores([[1, 2], [3, 4]])), try #require(ProblemScores([[5], [6]]))
    )
    var generator = SeededGenerator(seed: 0)
    let bootstrap = StratifiedBootstrap(repetitions: 50)
    #expect(
      ProbabilityOfImprovement(of: good, over: bad, bootstrap: bootstrap, using: &generator).value == 1)
    let equal = ProbabilityOfImprovement(of: bad, over: bad, bootstrap: bootstrap, using: &generator)
    #expect(equal.value == 0.5 && equal.interval == 0.5...0.5)
  }

  @Test("Wilcoxon's test: infinite values rank highest, equal ones are left out")
  func wilcoxon() throws {
    let test = try #require(WilcoxonTest.paired([1, .infinity, .infinity, 2], [2, 5, .infinity, 4]))
    #expect(test.count == 3)
    #expect(test.positiveRanks == 3 && test.negativeRanks == 3)
    #expect(WilcoxonTest.paired([1, 2], [1, 2])?.pValue == 1)
    #expect(WilcoxonTest.paired([], []) == nil && WilcoxonTest.paired([1], [1, 2]) == nil)
    #expect(WilcoxonTest.paired([.nan], [1]) == nil)
    // All of ten signs alike: 2 / 2^10.
    #expect(
      WilcoxonTest.paired((1...10).map(Double.init), [Double](repeating: 0, count: 10))?.pValue == 2.0 / 1024)
  }
}
