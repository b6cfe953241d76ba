/// Brings rewards to a size that suits the critic: they are divided by the running standard deviation of the
/// discounted sum of rewards so far, `sum[t] = discount * sum[t - 1] + reward[t]`, from 0 in each episode.
///
/// The mean is left alone: subtracting it would change which policy is best. Engstrom et al., 2020,
/// "Implementation Matters in Deep Policy Gradients".
public struct RewardScaler: Sendable, Equatable, Codable {
  /// Gamma of the sums, in [0, 1]; the learner's.
  public let discount: Double
  /// What was seen of the sums so far.
  public private(set) var statistics = RunningStatistics(size: 1)

  private static let varianceFloor = 1e-8

  /// A scaler that has seen nothing.
  public init(discount: Double) {
    self.discount = discount
  }

  /// Takes one episode's rewards, as the environment gave them, into account.
  public mutating func update(with rewards: [Float]) {
    var sum = 0.0
    for reward in rewards {
      sum = discount * sum + Double(reward)
      statistics.add(CollectionOfOne(Float(sum)))
    }
  }

  /// The rewards on the running scale, or as they are before anything was seen.
  public func scale(_ rewards: [Float]) -> [Float] {
    guard statistics.count > 1 else { return rewards }
    let deviation = (statistics.variance[0] + Self.varianceFloor).squareRoot()
    return rewards.map { Float(Double($0) / deviation) }
  }
}
