import Foundation

/// Watches over a training run whose rate a controller decides: bounds the rate, notices failures, and says when
/// to go back, to hand over, or to stop.
///
/// A guardian holds no state of a run; ``State`` does, and can be kept anywhere.
public struct Guardian: Sendable, Equatable {
  /// Changes with the rules, so that runs under other ones are not taken for runs under these.
  public static let rulesVersion = 3

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
  /// The loss is that which the run is judged by, ``Observation/validationLoss``. Training losses beside it say
  /// less: they jump from batch to batch, and a run that has gone back to weights from before it overfitted has
  /// higher ones. The loss is a spike when it is above all three of
  ///
  ///     median + (spikeRatio - 1) |median|
  ///     median + 10 MAD
  ///     median + 0.5 (first - median)
  ///
  /// of the last good observations, where MAD is the median distance from the median and `first` the run's first
  /// good loss. The first bound asks for a large change, the second for one that is large beside the run's own
  /// noise, the third for one that costs half of what the run has gained, because losses near 0 jump by large
  /// factors. Of fewer than three observations the highest stands for the median, and the second bound asks
  /// nothing.
  ///
  /// - Parameters:
  ///   - observation: The reading.
  ///   - state: What came before it.
  /// - Returns: True for a failure.
  func isFailure(_ observation: Observation, after state: State) -> Bool {
    guard observation.isFinite else { return true }
    let recent = state.validationLosses
    guard let highest = recent.max() else { return false }
    let isBeginning = recent.count < Configuration.fewestForMedian
    let middle = isBeginning ? highest : Self.median(recent)
    let noise = isBeginning ? 0 : Self.median(recent.map { abs($0 - middle) })
    let gain = (state.firstValidationLoss ?? middle) - middle
    let bounds = [
      (configuration.spikeRatio - 1) * abs(middle), Configuration.spikeNoise * noise,
      Configuration.spikeShare * gain,
    ]
    return bounds.allSatisfy { observation.validationLoss > middle + $0 }
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

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
