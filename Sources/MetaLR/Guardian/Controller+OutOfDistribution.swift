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
  /// - Parameter observation: The reading.
  /// - Returns: At least 0; nil for a reading that is not finite, and for a controller that was never trained.
  public func outOfDistribution(of observation: Observation) -> Double? {
    let statistics = normalizer.statistics
    guard observation.isFinite, statistics.count > 0 else { return nil }
    let variance = statistics.variance
    let features = featureSet.values(of: observation)
    let seen = policy.seenEntries
    let squares = seen.map { index in
      let distance = Double(features[index]) - statistics.mean[index]
      return distance * distance / (variance[index] + ObservationNormalizer.varianceFloor)
    }
    let distance = (squares.reduce(0, +) / Double(max(squares.count, 1))).squareRoot()
    return distance.isFinite ? distance : nil
  }
}
