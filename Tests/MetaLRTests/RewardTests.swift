import Foundation
import Testing

@testable import MetaLR

@Suite("Rewards")
struct RewardTests {
  let plan = RunPlan(stepBudget: 30, interval: 10, divergenceBound: 10)

  @Test("Each reward by hand")
  func byHand() {
    let losses = [2, 0.8, 1, 0.5]
    #expect(Reward.validationLoss.value(losses: losses, isLast: false) == -0.5)
    #expect(Reward.logValidationLoss.value(losses: losses, isLast: false) == log(2))
    #expect(Reward.improvement.value(losses: losses, isLast: false) == log(2))
    #expect(abs(Reward.bestImprovement.value(losses: losses, isLast: false) - log(1.6)) < 1e-15)
    #expect(Reward.bestImprovement.value(losses: [2, 0.8, 1], isLast: false) == 0)
    #expect(Reward.final.value(losses: losses, isLast: false) == 0)
    #expect(Reward.final.value(losses: losses, isLast: true) == log(4))
    #expect(Reward.improvement.value(losses: [1, 0], isLast: false).isFinite)
  }

  @Test(
    "Improvements telescope to the logarithm of first over final, or lowest, loss",
    arguments: [(Reward.improvement, 0.9), (.bestImprovement, 0.6)])
  func telescopes(reward: Reward, reached: Double) {
    let losses = [2.3, 1.1, 1.4, 0.6, 0.9]
    let sum = (2...losses.count).reduce(0) {
      $0 + reward.value(losses: Array(losses.prefix($1)), isLast: $1 == losses.count)
    }
    #expect(abs(sum - log(2.3 / reached)) < 1e-12)
  }

  @Test(
    "A run that diverges never earns more than one that finishes with every loss at the bound",
    arguments: Reward.allCases.filter { $0 != .bestLoss && $0 != .testLoss })
  func divergence(reward: Reward) {
    let discount = reward.defaultDiscount
    func discounted(_ rewards: [Double]) -> Double {
      rewards.reversed().reduce(0) { $1 + discount * $0 }
    }
    var worst: [Double] = []
    for decision in 0..<3 {
      let losses = [2.3] + Array(repeating: 10, count: decision + 1)
      worst.append(reward.value(losses: losses, isLast: decision == 2))
    }
    for earned in [[], [-0.1], [3, 2], [-9, -9]] as [[Double]] {
      let last = reward.ofDivergence(first: 2.3, earned: earned, plan: plan, discount: discount)
      #expect(abs(discounted(earned + [last]) - (discounted(worst) - 1)) < 1e-9)
    }
  }

  @Test("The best loss is judged at the end alone, beside chance, and a diverged run by its first loss")
  func bestLoss() {
    let reward = Reward.bestLoss
    #expect(reward.value(losses: [2, 1, 0.5], isLast: false, chance: 2) == 0)
    let expected = -log((0.5 + 0.02) / 2)
    #expect(abs(reward.value(losses: [2, 0.5, 1], isLast: true, chance: 2) - expected) < 1e-12)
    let diverged = reward.ofDivergence(first: 2, earned: [0, 0], plan: plan, discount: 1, chance: 2)
    #expect(abs(diverged - (-log(2.02 / 2) - 0.5)) < 1e-12)
    #expect(diverged < reward.value(losses: [2, 1e6], isLast: true, chance: 2))
  }

  @Test("The test loss is that of the weights of the lowest validation loss, and a diverged run has none")
  func testLoss() throws {
    func observation(_ step: Int, _ loss: Double) -> Observation {
      Observation(
        step: step, stepBudget: 30, trainLoss: loss, validationLoss: loss, predictionVariance: 1,
        predictionChangeVariance: 1, weightMean: 0, weightVariance: 1, learningRate: 0.1)
    }
    var course = RunCourse(
      observations: zip([0, 10, 20, 30], [2, 0.5, 1, 0.9]).map { observation($0, $1) })
    let rewards = Reward.testLoss.values(of: course, plan: plan, discount: 1, chance: 2, test: 0.7)
    #expect(rewards.prefix(2) == [0, 0] && abs(rewards[2] + log((0.7 + 0.02) / 2)) < 1e-12)
    #expect(Reward.testLoss.needsTest && !Reward.bestLoss.needsTest)
    course.hasDiverged = true
    let diverged = Reward.testLoss.values(of: course, plan: plan, discount: 1, chance: 2, test: 0.7)
    #expect(abs(diverged[2] - (-log(2.02 / 2) - 0.5)) < 1e-12)
    let byValidation = Reward.bestLoss.values(of: course, plan: plan, discount: 1, chance: 2)
    #expect(diverged == byValidation)
  }

  @Test("However small the discount, a divergence earns a finite number", arguments: [0, 0.1])
  func divergenceAtSmallDiscounts(discount: Double) {
    let plan = RunPlan(stepBudget: 1000, interval: 10)
    let last = Reward.improvement.ofDivergence(
      first: 2.3, earned: Array(repeating: 0.1, count: 90), plan: plan, discount: discount)
    #expect(last < -1e6 && Float(last).isFinite)
  }
}
