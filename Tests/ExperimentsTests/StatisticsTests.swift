import Foundation
import Testing

@testable import Experiments

@Suite("Statistics")
struct StatisticsTests {
  // SciPy 1.17: stats.ttest_ind(a, b, equal_var=False), stats.ttest_rel(a, b), 2 * stats.t.sf(t, v), stats.t.ppf(0.975, v).
  let first = Sample([0.35, 0.352, 0.349, 0.36, 0.347])
  let second = Sample([0.36, 0.371, 0.363, 0.359, 0.38])

  @Test("Welch's test agrees with SciPy")
  func welch() throws {
    let (a, b) = (try #require(first), try #require(second))
    let test = try #require(TTest.welch(a, b))
    #expect(abs(test.t - -3.2953108137280767) < 1e-12)
    #expect(abs(test.degreesOfFreedom - 6.34056517668048) < 1e-11)
    #expect(abs(test.pValue / 0.0152293072671295 - 1) < 1e-11)
  }

  @Test("A logarithmic band is even on its axis, and there is none for values that are not positive")
  func logarithmicBand() throws {
    let band = try #require(LogarithmicBand([1, exp(2)]))
    #expect(abs(band.middle - exp(1)) < 1e-12)
    #expect(abs(band.upper - exp(1 + 2.0.squareRoot())) < 1e-12)
    #expect(abs(band.lower * band.upper - band.middle * band.middle) < 1e-12)
    #expect(LogarithmicBand([1, 0]) == nil && LogarithmicBand([1, -1]) == nil && LogarithmicBand([]) == nil)
  }

  @Test("The paired test agrees with SciPy")
  func paired() throws {
    let (a, b) = (try #require(first), try #require(second))
    let test = try #require(TTest.paired(a, b))
    #expect(abs(test.t - -2.689744725453122) < 1e-12)
    #expect(abs(test.pValue / 0.05467253857659951 - 1) < 1e-11)
  }

  @Test(
    "Probabilities of Student's t agree with SciPy",
    arguments: [
      (0.5, 3.0, 0.651447964848151), (2.0, 9.0, 0.07655282377070101), (6.0, 18.5, 1.0043248448906364e-05),
      (0.0, 4.0, 1.0), (40.0, 2.5, 0.0001419563429049338), (1e-3, 1000.0, 0.9992023150184528),
    ])
  func probability(t: Double, degrees: Double, expected: Double) {
    #expect(abs(StudentT.twoSidedProbability(of: t, degreesOfFreedom: degrees) / expected - 1) < 1e-10)
    #expect(
      StudentT.twoSidedProbability(of: -t, degreesOfFreedom: degrees)
        == StudentT.twoSidedProbability(of: t, degreesOfFreedom: degrees))
  }

  @Test("Critical values agree with SciPy", arguments: [(9.0, 2.262157162798205), (1.0, 12.706204736174694)])
  func critical(degrees: Double, expected: Double) {
    #expect(abs(StudentT.criticalValue(confidence: 0.95, degreesOfFreedom: degrees) / expected - 1) < 1e-10)
  }

  @Test("Samples without spread differ with certainty or not at all; too small ones give no answer")
  func edges() throws {
    let same = try #require(Sample([1, 1]))
    let other = try #require(Sample([2, 2]))
    #expect(TTest.welch(same, same)?.pValue == 1)
    #expect(TTest.welch(same, other)?.pValue == 0)
    #expect(TTest.paired(same, other)?.pValue == 0)
    let (single, longer) = (try #require(Sample([1])), try #require(Sample([1, 2, 3])))
    #expect(TTest.welch(single, other) == nil)
    #expect(TTest.paired(longer, other) == nil)
    #expect(Sample([]) == nil)
    #expect(Sample([1, .nan]) == nil)
    #expect(same.standardDeviation == 0)
    #expect(Sample([1, 3])?.variance == 2)
  }
}
