/// Brings observations to mean 0 and variance 1 by what was seen in training, clipped.
///
///     normalized = clamp((observation - mean) / sqrt(variance + 1e-8), -clip, clip)
///
/// The statistics are part of the policy: save them with it. They freeze after some updates, so that the policy
/// is not taught on inputs whose meaning keeps moving. Before the first update observations are only clipped.
/// Huang et al., 2022, "The 37 Implementation Details of PPO", details 6 and 7 of continuous actions.
public struct ObservationNormalizer: Sendable, Equatable, Codable {
  /// Bound on the size of a normalised entry; 10 by default.
  public let clip: Float
  /// Number of updates after which the statistics stay as they are, nil for never; 15 by default.
  public let updatesUntilFreeze: Int?
  /// Updates made so far.
  public private(set) var updateCount = 0
  /// What was seen so far.
  public private(set) var statistics: RunningStatistics

  /// Keeps a normalised entry finite where every observation was the same; 1e-8, added to the variance.
  public static let varianceFloor = 1e-8

  /// A normalizer that has seen nothing.
  ///
  /// - Parameters:
  ///   - observationCount: Entries of an observation.
  ///   - clip: Bound on the size of a normalised entry, positive.
  ///   - updatesUntilFreeze: Updates that change the statistics, nil for all of them.
  public init(observationCount: Int, clip: Float = 10, updatesUntilFreeze: Int? = 15) {
    precondition(clip > 0, "expected a positive clip, got \(clip)")
    self.clip = clip
    self.updatesUntilFreeze = updatesUntilFreeze
    statistics = RunningStatistics(size: observationCount)
  }

  /// A normalizer with the statistics of a finished training, frozen.
  public init(statistics: RunningStatistics, clip: Float) {
    precondition(clip > 0, "expected a positive clip, got \(clip)")
    self.clip = clip
    updatesUntilFreeze = 0
    self.statistics = statistics
  }

  /// Reads a normalizer; the clip must be positive, and no count negative.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    clip = try container.decode(Float.self, forKey: .clip)
    updatesUntilFreeze = try container.decodeIfPresent(Int.self, forKey: .updatesUntilFreeze)
    updateCount = try container.decode(Int.self, forKey: .updateCount)
    statistics = try container.decode(RunningStatistics.self, forKey: .statistics)
    guard clip > 0, (0...RunningStatistics.largestCount).contains(updateCount) else {
      throw DecodingError.dataCorruptedError(
        forKey: .clip, in: container, debugDescription: "a clip of \(clip) after \(updateCount) updates")
    }
  }

  /// Entries of an observation.
  public var observationCount: Int { statistics.mean.count }

  /// Whether further updates change nothing.
  public var isFrozen: Bool { updatesUntilFreeze.map { updateCount >= $0 } ?? false }

  /// Takes what was seen since the last update into account, unless frozen.
  ///
  /// - Precondition: `statistics` is about vectors of this normalizer's size.
  public mutating func update(with statistics: RunningStatistics) {
    guard !isFrozen else { return }
    self.statistics.merge(statistics)
    updateCount += 1
  }

  /// The observation on the scale that the policy was taught on.
  ///
  /// - Precondition: `observation` has this normalizer's number of entries.
  public func normalize(_ observation: [Float]) -> [Float] {
    precondition(
      observation.count == statistics.mean.count,
      "expected \(statistics.mean.count) observation entries, got \(observation.count)")
    guard statistics.count > 0 else { return observation.map { min(max($0, -clip), clip) } }
    let variance = statistics.variance
    return observation.indices.map { index in
      let deviation = (variance[index] + Self.varianceFloor).squareRoot()
      let scaled = Float((Double(observation[index]) - statistics.mean[index]) / deviation)
      return min(max(scaled, -clip), clip)
    }
  }
}
