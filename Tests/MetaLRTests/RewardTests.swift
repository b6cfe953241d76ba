import Foundation
import Testing

@testable import MetaLR

@Suite("Rewards")
struct RewardTests {
  let plan = RunPlan(stepBudget: 30, interval: 10, divergenceBound: 10)

  @Test("Each reward by hand")
  func byHand() {
    #expect(Reward.validationLoss.value(first: 2, previous: 1, current: 0.5, isLast: false) == -0.5)
    #expect(Reward.logValidationLoss.value(first: 2, previous: 1, current: 0.5, isLast: false) == log(2))
    #expect(Reward.improvement.value(first: 2, previous: 1, current: 0.5, isLast: false) == log(2))
    #expect(Reward.final.value(first: 2, previous: 1, current: 0.5, isLast: false) == 0)
    #expect(Reward.final.value(first: 2, previous: 1, current: 0.5, isLast: true) == log(4))
    #expect(Reward.improvement.value(first: 2, previous: 1, current: 0, isLast: false).isFinite)
  }

  @Test("Improvements telescope to the logarithm of first over final loss")
  func telescopes() {
    let losses = [2.3, 1.1, 1.4, 0.6]
    let sum = zip(losses, losses.dropFirst()).reduce(0) {
      $0 + Reward.improvement.value(first: 2.3, previous: $1.0, current: $1.1, isLast: false)
    }
    #expect(abs(sum - log(2.3 / 0.6)) < 1e-12)
  }

  @Test(
    "A run that diverges never earns more than one that finishes with every loss at the bound",
    arguments: Reward.allCases)
  func divergence(reward: Reward) {
    let discount = reward.defaultDiscount
    func discounted(_ rewards: [Double]) -> Double {
      rewards.reversed().reduce(0) { $1 + discount * $0 }
    }
    var worst: [Double] = []
    var previous = 2.3
    for decision in 0..<3 {
      worst.append(reward.value(first: 2.3, previous: previous, current: 10, isLast: decision == 2))
      previous = 10
    }
    for earned in [[], [-0.1], [3, 2], [-9, -9]] as [[Double]] {
      let last = reward.ofDivergence(first: 2.3, earned: earned, plan: plan, discount: discount)
      #expect(abs(discounted(earned + [last]) - (discounted(worst) - 1)) < 1e-9)
    }
  }
}
