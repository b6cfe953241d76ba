import Foundation

/// What a controller is rewarded for after each decision.
public enum Reward: String, CaseIterable, Codable, Sendable {
  /// Minus the validation loss (Xu et al., 2019, section 3.3); rewards falling early as well as low.
  case validationLoss = "validation-loss"
  /// Minus the natural logarithm of the validation loss: late, small gains count as much as early, large ones.
  case logValidationLoss = "log-validation-loss"
  /// `log(previous loss / loss)`; without discount the sum telescopes to `log(first loss / final loss)`.
  case improvement
  /// `log(first loss / final loss)` after the last decision, nothing before.
  case final

  /// The discount that suits the reward: 0.99, or 1 where the sum is meant to telescope.
  public var defaultDiscount: Double {
    switch self {
    case .validationLoss, .logValidationLoss: 0.99
    case .improvement, .final: 1
    }
  }

  /// The reward of one decision in a run that has not diverged.
  ///
  /// - Parameters:
  ///   - first: Validation loss at step 0.
  ///   - previous: Validation loss before the decision.
  ///   - current: Validation loss after its interval.
  ///   - isLast: Whether the run is over.
  /// - Returns: A finite number when the losses are finite; losses are raised to at least 1e-12 in logarithms.
  public func value(first: Double, previous: Double, current: Double, isLast: Bool) -> Double {
    switch self {
    case .validationLoss: -current
    case .logValidationLoss: -Self.logarithm(current)
    case .improvement: Self.logarithm(previous) - Self.logarithm(current)
    case .final: isLast ? Self.logarithm(first) - Self.logarithm(current) : 0
    }
  }

  /// The reward of a decision after which the run diverged.
  ///
  /// It brings the discounted return of the episode to one less than that of the worst run that finishes, whose
  /// every loss is at the bound. A crash is so never worth more than going on, however early it comes.
  ///
  /// - Parameters:
  ///   - first: Validation loss at step 0.
  ///   - earned: The episode's rewards before this decision.
  ///   - plan: The number of decisions and the bound on the loss.
  ///   - discount: The discount of the return, in (0, 1].
  /// - Returns: The reward of the last decision of the episode.
  public func ofDivergence(first: Double, earned: [Double], plan: RunPlan, discount: Double) -> Double {
    var worst = 0.0
    var soFar = 0.0
    var factor = 1.0
    var factorAtEnd = 1.0
    var previous = first
    for decision in 0..<plan.decisions {
      if decision < earned.count {
        soFar += factor * earned[decision]
        factorAtEnd = factor * discount
      }
      worst +=
        factor
        * value(
          first: first, previous: previous, current: plan.divergenceBound,
          isLast: decision == plan.decisions - 1)
      previous = plan.divergenceBound
      factor *= discount
    }
    return (worst - 1 - soFar) / factorAtEnd
  }

  private static func logarithm(_ loss: Double) -> Double { log(max(loss, 1e-12)) }
}
