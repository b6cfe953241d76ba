/// How long a training run lasts, how often its rate is decided, and when it counts as diverged.
public struct RunPlan: Codable, Sendable, Equatable {
  /// Optimizer steps of the run, at least 1; 1,000 by default, as in the paper.
  public var stepBudget: Int
  /// Optimizer steps between two decisions, at least 1; 10 by default, as in the paper.
  public var interval: Int
  /// Decisions of a run, spread evenly over its steps, in place of ``interval``; nil, the default, for intervals.
  public var decisionCount: Int?
  /// A validation loss above this, or one that is not finite, ends the run as diverged; positive and finite, 10 by default, where
  /// guessing among ten classes costs 2.3.
  public var divergenceBound: Double

  /// Creates a plan.
  public init(
    stepBudget: Int = 1000, interval: Int = 10, decisionCount: Int? = nil, divergenceBound: Double = 10
  ) {
    self.stepBudget = stepBudget
    self.interval = interval
    self.decisionCount = decisionCount
    self.divergenceBound = divergenceBound
  }

  /// How many decisions a whole run takes; the last interval may be shorter than the others.
  public var decisions: Int { decisionCount.map { min($0, stepBudget) } ?? (stepBudget - 1) / interval + 1 }

  /// The steps from `step` to the next observation, at least 1 before the end of the budget.
  public func steps(after step: Int) -> Int {
    let left = stepBudget - step
    guard let decisionCount else { return min(interval, left) }
    // Decision k ends at step floor(k budget / count).
    var decision = step * decisionCount / stepBudget + 1
    while decision * stepBudget / decisionCount <= step { decision += 1 }
    return min(decision * stepBudget / decisionCount - step, left)
  }

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
    guard interval >= 1, decisionCount != nil || interval <= stepBudget else {
      throw ConfigurationError(
        name: "interval", value: "\(interval)",
        expected: "a whole number from 1 to the number of steps, \(stepBudget)")
    }
    if let decisionCount, !(1...1_000_000).contains(decisionCount) {
      throw ConfigurationError(
        name: "number of decisions", value: "\(decisionCount)", expected: "a whole number from 1 to 1000000")
    }
    guard divergenceBound > 0, divergenceBound.isFinite else {
      throw ConfigurationError(
        name: "divergence bound", value: "\(divergenceBound)", expected: "a positive, finite loss")
    }
  }
}
