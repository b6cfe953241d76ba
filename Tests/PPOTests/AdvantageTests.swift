import Foundation
import PPO
import Testing

@Suite("Generalised advantage estimation")
struct AdvantageTests {
  private func episode(rewards: [Float], values: [Float], bootstrapValue: Float) -> Episode {
    var episode = Episode(observationCount: 1, actionCount: 1)
    for (reward, value) in zip(rewards, values) {
      let decision = Decision(action: [0], logProbability: 0, value: value)
      episode.append(observation: [0], decision: decision, reward: reward)
    }
    episode.bootstrapValue = bootstrapValue
    return episode
  }

  @Test("Lambda 1 gives the discounted sum of constant rewards", arguments: [0.0, 0.9, 0.99, 1])
  func lambdaOne(discount: Double) {
    let (count, bootstrap) = (8, 3.0)
    let values = (0..<count).map { Float($0) * 0.5 - 1 }
    let estimate = episode(
      rewards: Array(repeating: 2, count: count), values: values, bootstrapValue: Float(bootstrap)
    ).advantages(discount: discount, gaeLambda: 1)
    for step in 0..<count {
      let left = Double(count - step)
      let geometric = discount == 1 ? left : (1 - pow(discount, left)) / (1 - discount)
      let expected = 2 * geometric + pow(discount, left) * bootstrap
      #expect(abs(Double(estimate.returns[step]) - expected) < 1e-5)
      #expect(abs(Double(estimate.advantages[step]) - (expected - Double(values[step]))) < 1e-5)
    }
  }

  @Test("Lambda 0 gives the one-step error")
  func lambdaZero() {
    let estimate = episode(rewards: [1, -2, 4], values: [0.5, 1, 2], bootstrapValue: 8)
      .advantages(discount: 0.5, gaeLambda: 0)
    // 1 + 0.5 - 0.5, -2 + 1 - 1, 4 + 4 - 2.
    #expect(estimate.advantages == [1, -2, 6])
    #expect(estimate.returns == [1.5, -1, 8])
  }

  @Test("In between, the errors to come are weighed by powers of discount times lambda")
  func general() {
    let rewards: [Float] = [1, -2, 4, 0.5, -1]
    let values: [Float] = [0.5, 1, 2, -3, 0.25]
    let estimate = episode(rewards: rewards, values: values, bootstrapValue: 1.5)
      .advantages(discount: 0.9, gaeLambda: 0.8)
    let valuesAndLast: [Double] = values.map(Double.init) + [1.5]
    let errors: [Double] = (0..<5).map { step in
      Double(rewards[step]) + 0.9 * valuesAndLast[step + 1] - valuesAndLast[step]
    }
    for step in rewards.indices {
      let expected: Double = (step..<5).reduce(0) { sum, later in
        sum + pow(0.72, Double(later - step)) * errors[later]
      }
      #expect(abs(Double(estimate.advantages[step]) - expected) < 1e-5)
    }
  }

  @Test("A critic that is right about an endless task finds no advantage when the episode is cut")
  func truncated() {
    let rightValue = Float(1 / (1 - 0.9))
    let values = [Float](repeating: rightValue, count: 20)
    let ones = [Float](repeating: 1, count: 20)
    let cut = episode(rewards: ones, values: values, bootstrapValue: rightValue)
      .advantages(discount: 0.9, gaeLambda: 0.95)
    #expect(cut.advantages.allSatisfy { abs($0) < 1e-4 })
    // The same episode, ended by its own rules, fell short of what the critic promised.
    let ended = episode(rewards: ones, values: values, bootstrapValue: 0)
      .advantages(discount: 0.9, gaeLambda: 0.95)
    #expect(abs(ended.advantages[19] + 9) < 1e-4)
    #expect(ended.advantages.allSatisfy { $0 < 0 })
  }
}
