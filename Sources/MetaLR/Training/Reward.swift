import Foundation

/// What a controller is rewarded for after each decision.
public enum Reward: String, CaseIterable, Codable, Sendable {
  /// Minus the validation loss (Xu et al., 2019, section 3.3); rewards falling early as well as low.
  case validationLoss = "validation-loss"
  /// Minus the natural logarithm of the validation loss: late, small gains count as much as early, large ones.
  case logValidationLoss = "log-validation-loss"
  /// `log(previous loss / loss)`; without discount the sum telescopes to `log(first loss / final loss)`.
  case improvement
  /// `log(lowest loss before / lowest loss now)`; without discount the sum telescopes to `log(first loss / lowest loss)`,
  /// which is what a run is judged by: its test is taken at the lowest validation loss.
  case bestImprovement = "best-improvement"
  /// `log(first loss / final loss)` after the last decision, nothing before.
  case final

  /// The discount that suits the reward: 0.99, or 1 where the sum is meant to telescope.
  public var defaultDiscount: Double {
    switch self {
    case .validationLoss, .logValidationLoss: 0.99
    case .improvement, .bestImprovement, .final: 1
    }
  }

  /// The reward of one decision in a run that has not diverged.
  ///
  /// - Parameters:
  ///   - losses: The validation losses of the run from step 0 to the end of the decision's interval, at least two.
  ///   - isLast: Whether the run is over.
  /// - Returns: A finite number when the losses are finite; losses are raised to at least 1e-12 in logarithms.
  public func value(losses: [Double], isLast: Bool) -> Double {
    precondition(losses.count >= 2, "expected a loss before the decision and one after, got \(losses)")
    let (before, current) = (losses.dropLast(), losses[losses.count - 1])
    switch self {
    case .validationLoss: return -current
    case .logValidationLoss: return -Self.logarithm(current)
    case .improvement: return Self.logarithm(before[before.count - 1]) - Self.logarithm(current)
    case .bestImprovement:
      let lowest = Self.logarithm(before.min() ?? current)
      return max(0, lowest - Self.logarithm(current))
    case .final: return isLast ? Self.logarithm(losses[0]) - Self.logarithm(current) : 0
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
  func ofDivergence(first: Double, earned: [Double], plan: RunPlan, discount: Double) -> Double {
    var worst = 0.0
    var soFar = 0.0
    var factor = 1.0
    var factorAtEnd = 1.0
    var losses = [first]
    for decision in 0..<plan.decisions {
      if decision < earned.count {
        soFar += factor * earned[decision]
        factorAtEnd = factor * discount
      }
      losses.append(plan.divergenceBound)
      worst += factor * value(losses: losses, isLast: decision == plan.decisions - 1)
      factor *= discount
    }
    // After many steps of a small discount nothing finite brings the return so low.
    return max((worst - 1 - soFar) / factorAtEnd, -Double(Float.greatestFiniteMagnitude.squareRoot()))
  }

  private static func logarithm(_ loss: Double) -> Double { log(max(loss, 1e-12)) }
}
