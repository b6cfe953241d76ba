/// Mean and variance of each feature over the readings in which it is there.
///
/// Welford, 1962; two collections are merged by Chan, Golub and LeVeque, 1979.
struct FeatureStatistics: Sendable, Equatable, Codable {
  private var counts: [Int]
  private var mean: [Double]
  private var squaredDeviations: [Double]

  /// Statistics of nothing yet, for so many features.
  init(count: Int) {
    counts = Array(repeating: 0, count: count)
    mean = Array(repeating: 0, count: count)
    squaredDeviations = mean
  }

  /// Takes one reading's features into account; nil for an absent one.
  mutating func add(_ values: [Float?]) {
    for (index, value) in values.enumerated() {
      guard let value else { continue }
      counts[index] += 1
      let before = Double(value) - mean[index]
      mean[index] += before / Double(counts[index])
      squaredDeviations[index] += before * (Double(value) - mean[index])
    }
  }

  /// Takes into account everything that `other` has seen.
  mutating func merge(_ other: FeatureStatistics) {
    for index in counts.indices where other.counts[index] > 0 {
      let (own, more) = (Double(counts[index]), Double(other.counts[index]))
      let difference = other.mean[index] - mean[index]
      mean[index] += difference * more / (own + more)
      squaredDeviations[index] +=
        other.squaredDeviations[index] + difference * difference * own * more / (own + more)
      counts[index] += other.counts[index]
    }
  }

  /// The same as statistics of whole vectors; a feature that was absent at times counts as if it had been there as often
  /// as the others, with the same mean and variance.
  var ofVectors: RunningStatistics {
    let count = counts.max() ?? 0
    return RunningStatistics(
      count: count, mean: mean,
      squaredDeviations: squaredDeviations.indices.map { index in
        counts[index] == count || counts[index] == 0
          ? squaredDeviations[index]
          : squaredDeviations[index] * Double(count) / Double(counts[index])
      })
  }
}
