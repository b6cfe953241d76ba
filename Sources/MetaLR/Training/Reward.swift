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
  /// `-log((lowest loss + 0.01 chance) / chance)` after the last decision, nothing before: what runs of one problem are
  /// compared by. A run that diverges gets 0.5 less than its first loss is worth.
  case bestLoss = "best-loss"
  /// As ``bestLoss``, but of the loss on the test split with the weights of the lowest validation loss.
  ///
  /// The lowest of many noisy validation losses flatters restless runs: a policy that earns it learns to keep the rate up
  /// at the end. Data that chose no weights do not.
  case testLoss = "test-loss"

  /// The discount that suits the reward: 0.99, or 1 where the sum is meant to telescope.
  public var defaultDiscount: Double {
    switch self {
    case .validationLoss, .logValidationLoss: 0.99
    case .improvement, .bestImprovement, .final, .bestLoss, .testLoss: 1
    }
  }

  /// The reward of one decision in a run that has not diverged.
  ///
  /// - Parameters:
  ///   - losses: The validation losses of the run from step 0 to the end of the decision's interval, at least two.
  ///   - isLast: Whether the run is over.
  ///   - chance: Loss of the best constant prediction; the first loss where nobody knows.
  /// - Returns: A finite number when the losses are finite; losses are raised to at least 1e-12 in logarithms.
  public func value(losses: [Double], isLast: Bool, chance: Double? = nil) -> Double {
    precondition(losses.count >= 2, "expected a loss before the decision and one after, got \(losses)")
    let (before, current) = (losses.dropLast(), losses[losses.count - 1])
    switch self {
    case .validationLoss: return -current
    case .logValidationLoss: return -Self.logarithm(current)
    case .improvement: return Self.logarithm(before[before.count - 1]) - Self.logarithm(current)
    case .bestImprovement:
      let lowest = Self.logarithm(before.min() ?? current)
      return max(0, lowest - Self.logarithm(current))
    case .bestLoss, .testLoss: return isLast ? -Self.overChance(losses.min() ?? current, chance ?? losses[0]) : 0
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
  ///   - chance: As for ``value(losses:isLast:chance:)``.
  /// - Returns: The reward of the last decision of the episode.
  func ofDivergence(
    first: Double, earned: [Double], plan: RunPlan, discount: Double, chance: Double? = nil
  ) -> Double {
    // The lowest loss is at most the first one.
    if self == .bestLoss || self == .testLoss { return -Self.overChance(first, chance ?? first) - 0.5 }
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

  /// Whether a run is tested for it.
  var needsTest: Bool { self == .testLoss }

  /// The rewards of a run, one for each of its intervals; `test` is its loss on the test split, where it was tested.
  func values(
    of course: RunCourse, plan: RunPlan, discount: Double, chance: Double?, test: Double? = nil
  ) -> [Double] {
    let losses = course.observations.map(\.validationLoss)
    var rewards: [Double] = []
    for index in losses.indices.dropFirst() {
      let isLast = index == losses.count - 1
      if isLast, course.hasDiverged {
        rewards.append(
          ofDivergence(first: losses[0], earned: rewards, plan: plan, discount: discount, chance: chance))
      } else if isLast, needsTest, let test {
        rewards.append(-Self.overChance(test, chance ?? losses[0]))
      } else {
        rewards.append(value(losses: Array(losses[...index]), isLast: isLast, chance: chance))
      }
    }
    return rewards
  }

  /// What a run was worth before each of its intervals: its return if it had ended there.
  func worth(of course: RunCourse, rewards: [Double], chance: Double?) -> [Double] {
    let losses = course.observations.map(\.validationLoss)
    switch self {
    case .bestLoss, .testLoss, .final:
      return rewards.indices.map {
        value(losses: [losses[0]] + losses[...$0], isLast: true, chance: chance)
      }
    case .validationLoss, .logValidationLoss, .improvement, .bestImprovement:
      var sum = 0.0
      return rewards.map { reward in
        defer { sum += reward }
        return sum
      }
    }
  }

  private static func overChance(_ loss: Double, _ chance: Double) -> Double {
    logarithm(loss + 0.01 * chance) - logarithm(chance)
  }

  private static func logarithm(_ loss: Double) -> Double { log(max(loss, 1e-12)) }
}
