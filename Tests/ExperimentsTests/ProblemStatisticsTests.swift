import Foundation
import Randomness
import Testing

@testable import Experiments

/// Values of rliable and SciPy (Scripts/fixtures/statistics.py --problems).
@Suite("Statistics over problems against rliable and SciPy")
struct ProblemStatisticsTests {
  struct Interval: Decodable {
    let problems: Bool
    let indices: [Int]
    let ends: [[Double]]
  }

  struct Profile: Decodable {
    let thresholds: [Double]
    let shares: [Double]
    let indices: [Int]
    let ends: [[Double]]
  }

  struct Improvement: Decodable {
    let indices: [Int]
    let ends: [Double]
  }

  struct Case: Decodable {
    let x: [[Double]]
    let y: [[Double]]
    let mean: Double
    let interquartileMean: Double
    let repetitions: Int
    let intervals: [Interval]
    let profile: Profile
    let improvement: Double
    let improvementInterval: Improvement
  }

  struct Wilcoxon: Decodable {
    let a: [Double]
    let b: [Double]
    let statistic: Double
    let pValue: Double
    let count: Int
  }

  struct Trim: Decodable {
    let values: [Double]
    let mean: Double

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      values = try container.decode([Double].self)
      mean = try container.decode(Double.self)
    }
  }

  struct Reference: Decodable {
    let cases: [Case]
    let trims: [Trim]
    let wilcoxon: [Wilcoxon]
  }

  /// Makes `nextIndex(below:)` return the indices that rliable drew.
  struct Replay: RandomNumberGenerator {
    var words: [UInt64]
    var used = 0

    /// - Parameters:
    ///   - indices: What is to be drawn.
    ///   - bounds: The bound of each draw, over and over.
    init(_ indices: [Int], bounds: [Int]) {
      words = indices.enumerated().map { number, index in
        // The middle of the words that Lemire's method maps to the index.
        let bound = UInt64(bounds[number % bounds.count])
        return (UInt64.max / bound) * UInt64(index) + UInt64.max / bound / 2
      }
    }

    mutating func next() -> UInt64 {
      defer { used += 1 }
      return words[used]
    }
  }

  let reference: Reference

  init() throws {
    let file = try #require(
      Bundle.module.url(forResource: "rliable", withExtension: "json", subdirectory: "Fixtures"))
    reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
  }

  func agrees(_ value: Double, _ expected: Double) -> Bool {
    abs(value - expected) <= 1e-9 * abs(expected)
  }

  func agrees(_ interval: ClosedRange<Double>, _ ends: [Double]) -> Bool {
    // rliable's ends of a share may be 1e-17 from 0.
    zip([interval.lowerBound, interval.upperBound], ends).allSatisfy {
      agrees($0, $1) || abs($0 - $1) < 1e-12
    }
  }

  @Test("The mean and the interquartile mean agree")
  func means() throws {
    for item in reference.cases {
      let scores = try #require(ProblemScores(item.x))
      #expect(agrees(scores.mean, item.mean))
      #expect(agrees(scores.interquartileMean, item.interquartileMean))
    }
    for trim in reference.trims {
      #expect(agrees(try #require(ProblemScores(trim.values)).interquartileMean, trim.mean))
    }
  }

  @Test("The bootstrap's intervals agree when it draws what rliable drew")
  func intervals() throws {
    for item in reference.cases {
      let scores = try #require(ProblemScores(item.x))
      for expected in item.intervals {
        let bootstrap = StratifiedBootstrap(
          unit: expected.problems ? .problems : .runs, repetitions: item.repetitions)
        let runs = [Int](repeating: item.x[0].count, count: item.x[0].count)
        var replay = Replay(expected.indices, bounds: expected.problems ? [item.x.count] + runs : runs)
        let intervals = bootstrap.intervals(of: [scores], using: &replay) {
          [$0[0].mean, $0[0].interquartileMean]
        }
        #expect(replay.used == expected.indices.count)
        for (interval, ends) in zip(intervals, expected.ends) {
          #expect(agrees(interval, ends), "\(interval), rliable \(ends)")
        }
      }
    }
  }

  @Test("The performance profile and its band agree")
  func profiles() throws {
    for item in reference.cases {
      let expected = item.profile
      var replay = Replay(expected.indices, bounds: [item.x[0].count])
      let profile = PerformanceProfile(
        of: try #require(ProblemScores(item.x)), thresholds: expected.thresholds,
        bootstrap: StratifiedBootstrap(unit: .runs, repetitions: item.repetitions), using: &replay)
      for (share, other) in zip(profile.shares, expected.shares) { #expect(agrees(share, other)) }
      for (interval, ends) in zip(profile.intervals, expected.ends) {
        #expect(agrees(interval, ends), "\(interval), rliable \(ends)")
      }
      #expect(profile.shares.last == 1)
    }
  }

  @Test("The probability of improvement and its interval agree")
  func improvement() throws {
    for item in reference.cases {
      let expected = item.improvementInterval
      var replay = Replay(expected.indices, bounds: [item.x[0].count])
      let improvement = ProbabilityOfImprovement(
        of: try #require(ProblemScores(item.x)), over: try #require(ProblemScores(item.y)),
        bootstrap: StratifiedBootstrap(unit: .runs, repetitions: item.repetitions), using: &replay)
      #expect(
        agrees(improvement.value, item.improvement), "\(improvement.value), rliable \(item.improvement)")
      #expect(
        agrees(improvement.interval, expected.ends), "\(improvement.interval), rliable \(expected.ends)")
    }
  }

  @Test("Wilcoxon's test agrees, exact and approximate")
  func wilcoxon() throws {
    for item in reference.wilcoxon {
      let test = try #require(WilcoxonTest.paired(item.a, item.b))
      #expect(test.count == item.count)
      #expect(min(test.positiveRanks, test.negativeRanks) == item.statistic)
      #expect(agrees(test.pValue, item.pValue), "\(item.count) pairs: \(test.pValue), SciPy \(item.pValue)")
    }
  }
}
