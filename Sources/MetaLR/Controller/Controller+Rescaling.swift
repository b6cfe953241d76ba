import Foundation
import PPO

extension Controller {
  /// The same controller for a trainee whose good rates are a multiple of those that it was trained on, such as one of
  /// another optimizer.
  ///
  /// Its answers are those to rates that are `factor` times lower, and are `factor` times as high.
  ///
  /// - Parameter factor: Positive and finite; 1 changes nothing.
  /// - Returns: The controller, whose mean of "log learning rate" and whose bounds are moved.
  /// - Throws: ``ConfigurationError`` for another factor, or where the controller does not see the rate itself: one that
  ///   sees it relative to the usual rate of the optimizer needs no factor.
  public func rescaled(by factor: Double) throws(ConfigurationError) -> Controller {
    guard factor > 0, factor.isFinite else {
      throw ConfigurationError(name: "scale of the rate", value: "\(factor)", expected: "a positive number")
    }
    guard factor != 1 else { return self }
    guard let place = features.names.firstIndex(of: "log learning rate") else {
      throw ConfigurationError(
        name: "scale of the rate", value: "\(factor)",
        expected: "1: this controller sees rates relative to the optimizer's usual one")
    }
    let seen = normalizer.statistics
    var mean = seen.mean
    mean[place] += log(factor)
    var action = action
    action.minimum *= factor
    action.maximum *= factor
    try action.validate()
    return Controller(
      features: features, action: action,
      normalizer: ObservationNormalizer(
        statistics: RunningStatistics(
          count: seen.count, mean: mean, squaredDeviations: seen.squaredDeviations),
        clip: normalizer.clip),
      policy: policy)
  }
}
