import MetaLR
import Schedules

/// A rate that is lowered when the validation loss no longer falls, as PyTorch's `ReduceLROnPlateau` does with its
/// relative threshold.
///
/// Each reading after the first counts as one epoch of PyTorch's: a loss below `best (1 - threshold)` is the new
/// best; after more than `patience` readings without one, the rate is multiplied by `factor`, and for `cooldown`
/// readings nothing is counted.
public struct PlateauSource: RateSource, Sendable {
  /// The numbers of the rule.
  public struct Configuration: Sendable, Equatable {
    /// The first rate, above 0.
    public var initialLearningRate: Double
    /// What the rate is multiplied by, in (0, 1); 0.1 by default.
    public var factor = 0.1
    /// Readings without a new best that are waited for, at least 0; 10 by default.
    public var patience = 10
    /// How much lower, as a share of the best, a new best must be, in [0, 1); 1e-4 by default.
    public var threshold = 1e-4
    /// Readings after a change in which nothing is counted, at least 0; 0 by default.
    public var cooldown = 0
    /// The lowest rate, from 0 to the first; 0 by default.
    public var lowest = 0.0
    /// Steps in which the rate grows from a small part of the first to the first, at least 0; 0 by default.
    ///
    /// In step t it is `(t + 1) / (warmUpSteps + 1)` of it, as for `WarmUpSchedule`; readings up to there do not count.
    public var warmUpSteps = 0

    /// The defaults from an initial rate.
    public init(initialLearningRate: Double) {
      self.initialLearningRate = initialLearningRate
    }

    /// Checks the numbers against the ranges that the properties document.
    ///
    /// - Throws: `ScheduleError` that names the number.
    public func validate() throws(ScheduleError) {
      func check(_ condition: Bool, _ name: String, _ value: Double, _ expected: String) throws(ScheduleError)
      {
        guard condition else { throw ScheduleError("plateau: the \(name) is \(value); give \(expected).") }
      }
      try check(
        initialLearningRate > 0 && initialLearningRate <= ScheduleError.highestRate, "rate",
        initialLearningRate, "a positive number of at most \(ScheduleError.highestRate)")
      try check(factor > 0 && factor < 1, "factor", factor, "a number between 0 and 1")
      try check(patience >= 0, "patience", Double(patience), "a whole number of at least 0")
      try check(threshold >= 0 && threshold < 1, "threshold", threshold, "a number from 0 to below 1")
      try check(cooldown >= 0, "cooldown", Double(cooldown), "a whole number of at least 0")
      try check(
        lowest >= 0 && lowest <= initialLearningRate, "lowest rate", lowest, "a number from 0 to the first")
      try check(warmUpSteps >= 0, "warm-up", Double(warmUpSteps), "a whole number of at least 0")
    }
  }

  /// The numbers of the rule.
  public let configuration: Configuration
  private var rate: Double
  private var best = Double.infinity
  private var bad = 0
  private var cooling = 0

  /// Creates a source.
  ///
  /// - Throws: `ScheduleError` for a number out of range.
  public init(_ configuration: Configuration) throws(ScheduleError) {
    try configuration.validate()
    self.configuration = configuration
    rate = configuration.initialLearningRate
  }

  /// The rates of the next steps.
  public mutating func learningRates(after observation: Observation, steps: Int) -> [Double] {
    if observation.step > configuration.warmUpSteps {
      count(observation.validationLoss)
    }
    return (observation.step..<observation.step + steps).map { step in
      step < configuration.warmUpSteps
        ? configuration.initialLearningRate * Double(step + 1) / Double(configuration.warmUpSteps + 1) : rate
    }
  }

  private mutating func count(_ loss: Double) {
    if loss < best * (1 - configuration.threshold) {
      best = loss
      bad = 0
    } else {
      bad += 1
    }
    if cooling > 0 {
      cooling -= 1
      bad = 0
    }
    if bad > configuration.patience {
      let lower = max(rate * configuration.factor, configuration.lowest)
      // PyTorch leaves changes alone that are smaller than 1e-8.
      if rate - lower > 1e-8 { rate = lower }
      cooling = configuration.cooldown
      bad = 0
    }
  }
}
