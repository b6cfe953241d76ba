import Foundation
import PPO
import Randomness
import Testing

@Suite("Running statistics, normalised observations, scaled rewards")
struct ScalingTests {
  private func samples(_ count: Int, offset: Float) -> [[Float]] {
    var generator = SeededGenerator(seed: 8)
    return (0..<count).map { _ in
      [offset + Float(generator.nextNormal()), 3 * Float(generator.nextNormal())]
    }
  }

  @Test("One pass agrees with two, far from 0 too", arguments: [Float(0), 1000])
  func onePass(offset: Float) {
    let samples = samples(500, offset: offset)
    var statistics = RunningStatistics(size: 2)
    for sample in samples { statistics.add(sample) }
    for entry in 0..<2 {
      let column = samples.map { Double($0[entry]) }
      let mean = column.reduce(0, +) / 500
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 500
      #expect(abs(statistics.mean[entry] - mean) < 1e-9 * max(1, abs(mean)))
      #expect(abs(statistics.variance[entry] / variance - 1) < 1e-9)
    }
  }

  @Test("Merged statistics are those of all vectors together", arguments: [0, 1, 200, 500])
  func merging(split: Int) {
    let samples = samples(500, offset: 2)
    var (all, left, right) = (
      RunningStatistics(size: 2), RunningStatistics(size: 2), RunningStatistics(size: 2)
    )
    for (index, sample) in samples.enumerated() {
      all.add(sample)
      if index < split { left.add(sample) } else { right.add(sample) }
    }
    left.merge(right)
    #expect(left.count == 500)
    for entry in 0..<2 {
      #expect(abs(left.mean[entry] - all.mean[entry]) < 1e-12)
      #expect(abs(left.variance[entry] / all.variance[entry] - 1) < 1e-12)
    }
  }

  @Test("Observations come to mean 0 and variance 1, clipped, and the statistics freeze")
  func normalizer() throws {
    var normalizer = ObservationNormalizer(observationCount: 2, updatesUntilFreeze: 2)
    #expect(normalizer.normalize([-50, 3]) == [-10, 3])
    var seen = RunningStatistics(size: 2)
    for sample in [[0, 5], [4, 5]] as [[Float]] { seen.add(sample) }
    normalizer.update(with: seen)
    // Mean (2, 5), standard deviation (2, 0).
    #expect(normalizer.normalize([6, 5])[1] == 0)
    #expect(abs(normalizer.normalize([6, 5])[0] - 2) < 1e-6)
    #expect(normalizer.normalize([1000, 6]) == [10, 10])
    #expect(!normalizer.isFrozen)
    normalizer.update(with: seen)
    #expect(normalizer.isFrozen)
    let frozen = normalizer
    var other = RunningStatistics(size: 2)
    other.add([100, 100])
    normalizer.update(with: other)
    #expect(normalizer == frozen)
    let data = try JSONEncoder().encode(normalizer)
    #expect(try JSONDecoder().decode(ObservationNormalizer.self, from: data) == normalizer)
  }

  @Test("Rewards are divided by the standard deviation of their discounted sums")
  func rewardScaler() {
    var scaler = RewardScaler(discount: 0.5)
    #expect(scaler.scale([3, -1]) == [3, -1])
    scaler.update(with: [4, 2])
    scaler.update(with: [-4, 0])
    // Sums 4, 4, then from 0 again -4, -2: mean 0.5, variance 12.75.
    let deviation = 12.75.squareRoot()
    let scaled = scaler.scale([4, -1, 0])
    for (value, reward) in zip(scaled, [4.0, -1, 0]) {
      #expect(abs(Double(value) - reward / deviation) < 1e-6)
    }
  }
}
