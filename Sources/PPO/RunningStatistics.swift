/// Mean and variance of vectors seen so far, in one pass.
///
/// Welford, 1962; two collections are merged by Chan, Golub and LeVeque, 1979. Variances divide by the count.
public struct RunningStatistics: Sendable, Equatable, Codable {
  /// Vectors seen.
  public private(set) var count = 0
  /// Mean of each entry; zeros before the first vector.
  public private(set) var mean: [Double]
  /// Sum of the squared distances of each entry from its mean.
  public private(set) var squaredDeviations: [Double]

  /// Statistics of nothing yet, for vectors of `size` entries.
  public init(size: Int) {
    mean = Array(repeating: 0, count: size)
    squaredDeviations = mean
  }

  /// Statistics taken up again where they were saved.
  ///
  /// - Precondition: `mean` and `squaredDeviations` have as many entries, and `count` is not negative.
  public init(count: Int, mean: [Double], squaredDeviations: [Double]) {
    precondition(
      count >= 0 && mean.count == squaredDeviations.count,
      "expected a count of at least 0 and two arrays of one length, got \(count), \(mean.count) and "
        + "\(squaredDeviations.count)")
    self.count = count
    self.mean = mean
    self.squaredDeviations = squaredDeviations
  }

  /// The largest count that is read from a file; sums of two such counts fit an `Int`.
  public static let largestCount = 1 << 60

  /// Reads statistics; both arrays must have as many finite entries, and neither the count nor a squared deviation may
  /// be negative.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    count = try container.decode(Int.self, forKey: .count)
    mean = try container.decode([Double].self, forKey: .mean)
    squaredDeviations = try container.decode([Double].self, forKey: .squaredDeviations)
    guard (0...Self.largestCount).contains(count), mean.count == squaredDeviations.count,
      mean.allSatisfy(\.isFinite), squaredDeviations.allSatisfy({ $0 >= 0 && $0.isFinite })
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .count, in: container,
        debugDescription:
          "\(count) vectors, \(mean.count) means, \(squaredDeviations.count) squared deviations, or negative "
          + "or infinite ones")
    }
  }

  /// Variance of each entry, dividing by the count; zeros before the first vector.
  public var variance: [Double] {
    count == 0 ? squaredDeviations : squaredDeviations.map { $0 / Double(count) }
  }

  /// Takes one vector into account.
  ///
  /// - Precondition: `vector` has as many entries as the statistics.
  public mutating func add(_ vector: some Collection<Float>) {
    precondition(vector.count == mean.count, "expected \(mean.count) entries, got \(vector.count)")
    count += 1
    for (index, value) in vector.enumerated() {
      let before = Double(value) - mean[index]
      mean[index] += before / Double(count)
      squaredDeviations[index] += before * (Double(value) - mean[index])
    }
  }

  /// Takes into account everything that `other` has seen.
  ///
  /// - Precondition: Both are about vectors of the same size.
  public mutating func merge(_ other: RunningStatistics) {
    precondition(other.mean.count == mean.count, "expected \(mean.count) entries, got \(other.mean.count)")
    guard other.count > 0 else { return }
    let total = Double(count + other.count)
    for index in mean.indices {
      let difference = other.mean[index] - mean[index]
      mean[index] += difference * Double(other.count) / total
      squaredDeviations[index] +=
        other.squaredDeviations[index]
        + difference * difference * Double(count) * Double(other.count) / total
    }
    count += other.count
  }
}
