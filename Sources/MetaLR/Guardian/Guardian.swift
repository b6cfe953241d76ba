import Foundation

/// Watches over a training run whose rate a controller decides: bounds the rate, notices failures, and says when
/// to go back, to hand over, or to stop.
///
/// A guardian holds no state of a run; ``State`` does, and can be kept anywhere.
public struct Guardian: Sendable, Equatable {
  /// Changes with the rules, so that runs under other ones are not taken for runs under these.
  public static let rulesVersion = 2

  /// Its thresholds.
  public let configuration: Configuration

  /// Creates a guardian.
  ///
  /// - Throws: ``ConfigurationError`` when a threshold is out of its range.
  public init(configuration: Configuration = Configuration()) throws(ConfigurationError) {
    try configuration.validate()
    self.configuration = configuration
  }

  /// Whether an observation is a failure: a number that is not finite, or a loss far above the recent ones.
  ///
  /// A loss is a spike when it is above `median + (spikeRatio - 1) |median|` and above `median + 10 MAD` of the
  /// last good observations, where MAD is the median distance from the median. The first rule asks for a large
  /// change, the second for one that is large beside the run's own noise. Of fewer than three observations the highest stands
  /// for the median, and the second rule asks nothing.
  ///
  /// - Parameters:
  ///   - observation: The reading.
  ///   - state: What came before it.
  /// - Returns: True for a failure.
  func isFailure(_ observation: Observation, after state: State) -> Bool {
    guard observation.isFinite else { return true }
    return isSpike(observation.validationLoss, after: state.validationLosses)
      || isSpike(observation.trainLoss, after: state.trainLosses)
  }

  /// A rate, brought into the bounds of the rate and of its change.
  ///
  /// - Parameters:
  ///   - rate: What was proposed, per optimizer step; one that is not a positive number counts as `previous`.
  ///   - previous: The rate so far.
  ///   - ceiling: What the run has to stay below after a failure; nil for nothing.
  /// - Returns: A rate within the bounds.
  func bounded(_ rate: Double, previous: Double, ceiling: Double?) -> Double {
    let proposed = min(rate.isFinite && rate > 0 ? rate : previous, ceiling ?? .infinity)
    let change = configuration.maximumChange
    let gradual = min(max(proposed, previous / change), previous * change)
    return min(max(gradual, configuration.minimumLearningRate), configuration.maximumLearningRate)
  }

  private func isSpike(_ loss: Double, after recent: [Double]) -> Bool {
    guard let highest = recent.max() else { return false }
    let isBeginning = recent.count < Configuration.fewestForMedian
    let middle = isBeginning ? highest : Self.median(recent)
    let noise = isBeginning ? 0 : Self.median(recent.map { abs($0 - middle) })
    return loss > middle + (configuration.spikeRatio - 1) * abs(middle)
      && loss > middle + Configuration.spikeNoise * noise
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
