extension Controller {
  /// How far an observation is from what the controller saw in training, as the root mean square of its features'
  /// standard scores.
  ///
  ///     sqrt(mean over features of ((feature - mean) / standard deviation)^2)
  ///
  /// Features are those that the policy has weight on: one that imitates a single schedule is at home wherever its rates are.
  ///
  /// Over the observations of the training it is 1 in the mean square. The scores are not clipped, unlike those
  /// that the policy sees.
  ///
  /// - Parameter history: The run so far; absent features do not count.
  /// - Returns: At least 0; nil for a reading that is not finite, and for a controller that was never trained.
  public func outOfDistribution(of history: RunHistory) -> Double? {
    let statistics = normalizer.statistics
    guard let latest = history.latest, latest.isFinite, statistics.count > 0 else { return nil }
    let variance = statistics.variance
    let values = features.values(of: history)
    let squares = policy.seenEntries.compactMap { index -> Double? in
      guard let value = values[index] else { return nil }
      let distance = Double(value) - statistics.mean[index]
      return distance * distance / (variance[index] + ObservationNormalizer.varianceFloor)
    }
    let distance = (squares.reduce(0, +) / Double(max(squares.count, 1))).squareRoot()
    return distance.isFinite ? distance : nil
  }
}
