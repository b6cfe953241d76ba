import Foundation
import Testing

@testable import BuiltInTrainees

@Suite("Quantile tables of drawn problems")
struct DrawnQuantileTests {
  // SciPy 1.17.1, scipy.stats: norm.ppf((index + 0.5) / 65536).
  @Test(
    "Normal quantiles",
    arguments: [(0, -4.324919041), (16_384, -0.674465742), (32_768, 0.000019124), (63_897, 1.959937877)])
  func normal(index: Int, expected: Double) {
    #expect(abs(Double(QuantileTable.normal.values[index]) - expected) < 5e-7)
  }

  @Test("Gumbel quantiles have the mean of Euler and variance π²/6")
  func gumbel() {
    let values = (0..<QuantileTable.count).map { Double(QuantileTable.gumbel.values[$0]) }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    #expect(abs(mean - 0.5772) < 1e-3 && abs(variance - Double.pi * Double.pi / 6) < 5e-3)
  }

  @Test("Random numbers fill their ranges evenly")
  func numbers() {
    var random = DrawnRandom(seed: 5, stream: .examples)
    let indices = (0..<7000).map { _ in random.index(below: 7) }
    let lengths = (0..<4000).map { _ in random.logUniform(in: 1...3) }
    #expect((0..<7).allSatisfy { place in abs(indices.count { $0 == place } - 1000) < 120 })
    // ln 2, ln 3/2 and ln 4/3 of ln 4.
    for (length, share) in [(1, 0.5), (2, 0.2925), (3, 0.2075)] {
      #expect(abs(Double(lengths.count { $0 == length }) / 4000 - share) < 0.03)
    }
    #expect(random.logUniform(in: 50...50) == 50)
  }
}
