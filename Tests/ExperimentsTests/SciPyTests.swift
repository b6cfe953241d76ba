import Foundation
import Testing

@testable import Experiments

/// Values of SciPy and NumPy (Scripts/fixtures/statistics.py).
@Suite("Statistics against SciPy")
struct SciPyTests {
  struct Pair: Decodable {
    let a: [Double]
    let b: [Double]
    let mean: Double
    let standardDeviation: Double
    let interval: [Double]
    let quantiles: [[Double]]
    let welch: [Double]
    let paired: [Double]?
  }

  struct Reference: Decodable {
    let pairs: [Pair]
    let probabilities: [[Double]]
    let criticals: [[Double]]
    let betas: [[Double]]
    let holms: [[[Double]]]
  }

  let reference: Reference

  init() throws {
    let file = try #require(
      Bundle.module.url(forResource: "scipy", withExtension: "json", subdirectory: "Fixtures"))
    reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
  }

  func agrees(_ value: Double, _ expected: Double) -> Bool {
    abs(value - expected) <= 1e-9 * abs(expected)
  }

  @Test("Means, deviations, intervals and quantiles agree")
  func samples() throws {
    for pair in reference.pairs {
      let sample = try #require(Sample(pair.a))
      #expect(agrees(sample.mean, pair.mean))
      #expect(agrees(sample.standardDeviation, pair.standardDeviation))
      let interval = try #require(sample.confidenceInterval())
      #expect(agrees(interval.lowerBound, pair.interval[0]) && agrees(interval.upperBound, pair.interval[1]))
      for quantile in pair.quantiles { #expect(agrees(sample.quantile(quantile[0]), quantile[1])) }
    }
  }

  @Test("Welch's and the paired test agree")
  func tests() throws {
    for pair in reference.pairs {
      let (a, b) = (try #require(Sample(pair.a)), try #require(Sample(pair.b)))
      let welch = try #require(TTest.welch(a, b))
      for (value, expected) in zip([welch.t, welch.degreesOfFreedom, welch.pValue], pair.welch) {
        #expect(agrees(value, expected), "\(pair.a), \(pair.b): \(value), SciPy \(expected)")
      }
      if let expected = pair.paired {
        let paired = try #require(TTest.paired(a, b))
        for (value, expected) in zip([paired.t, paired.degreesOfFreedom, paired.pValue], expected) {
          #expect(agrees(value, expected), "\(pair.a), \(pair.b): \(value), SciPy \(expected)")
        }
      }
    }
  }

  @Test("Student's distribution and the incomplete beta function agree")
  func distributions() {
    for entry in reference.probabilities {
      let value = StudentT.twoSidedProbability(of: entry[0], degreesOfFreedom: entry[1])
      #expect(agrees(value, entry[2]), "t \(entry[0]), \(entry[1]) degrees: \(value), SciPy \(entry[2])")
    }
    for entry in reference.criticals {
      #expect(agrees(StudentT.criticalValue(confidence: entry[0], degreesOfFreedom: entry[1]), entry[2]))
    }
    for entry in reference.betas {
      let value = regularisedIncompleteBeta(entry[0], complement: 1 - entry[0], entry[1], entry[2])
      #expect(agrees(value, entry[3]), "I_\(entry[0])(\(entry[1]), \(entry[2])): \(value), SciPy \(entry[3])")
    }
  }

  @Test("Holm's correction agrees with the procedure written out; tests without an answer do not count")
  func holm() {
    for entry in reference.holms {
      for (value, expected) in zip(holmCorrected(entry[0]), entry[1]) {
        #expect(value.map { agrees($0, expected) } == true)
      }
    }
    #expect(holmCorrected([nil, 0.02, nil, 0.01]) == [nil, 0.02, nil, 0.02])
    #expect(holmCorrected([]).isEmpty)
  }

  @Test("A single measurement has quantiles and no interval")
  func single() throws {
    let sample = try #require(Sample([3]))
    #expect(sample.confidenceInterval() == nil)
    #expect([0, 0.3, 1].map(sample.quantile) == [3, 3, 3])
    #expect(Sample([2, 2])?.confidenceInterval() == 2...2)
  }
}
