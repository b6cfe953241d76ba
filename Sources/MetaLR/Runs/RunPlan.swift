/// How long a training run lasts, how often its rate is decided, and when it counts as diverged.
public struct RunPlan: Codable, Sendable, Equatable {
  /// Optimizer steps of the run, at least 1; 1,000 by default, as in the paper.
  public var stepBudget: Int
  /// Optimizer steps between two decisions, at least 1; 10 by default, as in the paper.
  public var interval: Int
  /// A validation loss above this, or one that is not finite, ends the run as diverged; positive and finite, 10 by default, where
  /// guessing among ten classes costs 2.3.
  public var divergenceBound: Double

  /// Creates a plan.
  public init(stepBudget: Int = 1000, interval: Int = 10, divergenceBound: Double = 10) {
    self.stepBudget = stepBudget
    self.interval = interval
    self.divergenceBound = divergenceBound
  }

  /// How many decisions a whole run takes; the last interval may be shorter than the others.
  public var decisions: Int { (stepBudget - 1) / interval + 1 }

  /// Whether a run with this observation has diverged.
  public func hasDiverged(_ observation: Observation) -> Bool {
    !observation.isFinite || observation.validationLoss > divergenceBound
  }

  /// Checks the numbers against the ranges that the properties document.
  ///
  /// - Throws: ``ConfigurationError`` that names the number.
  public func validate() throws(ConfigurationError) {
    guard (1...1_000_000_000).contains(stepBudget) else {
      throw ConfigurationError(
        name: "number of steps", value: "\(stepBudget)", expected: "a whole number from 1 to 1000000000")
    }
    guard interval >= 1, interval <= stepBudget else {
      throw ConfigurationError(
        name: "interval", value: "\(interval)",
        expected: "a whole number from 1 to the number of steps, \(stepBudget)")
    }
    guard divergenceBound > 0, divergenceBound.isFinite else {
      throw ConfigurationError(
        name: "divergence bound", value: "\(divergenceBound)", expected: "a positive, finite loss")
    }
  }
}
