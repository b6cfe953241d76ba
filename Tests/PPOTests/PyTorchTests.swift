import Foundation
import PPO
import Randomness
import Testing

/// One update of four epochs against PyTorch's, from Scripts/fixtures/ppo.py.
@Suite("A whole update agrees with PyTorch")
struct PyTorchTests {
  private struct Case: Decodable {
    var kind: String
    var hidden: Int
    var embedding: Int?
    var actorBefore: [Float]
    var criticBefore: [Float]
    var actorAfter: [Float]
    var criticAfter: [Float]
    var episodes: [Played]
    var statistics: [String: Double]

    var shape: NetworkShape {
      if let embedding { return .gru(embedding: embedding, hidden: hidden) }
      return kind == "lstm" ? .lstm(hidden: hidden) : .mlp(hidden: hidden)
    }
  }

  private struct Played: Decodable {
    var observations: [Float]
    var actions: [Float]
    var logProbabilities: [Float]
    var rewards: [Float]
    var values: [Float]
    var bootstrapValue: Float

    var episode: Episode {
      var episode = Episode(observationCount: 3, actionCount: 2)
      for step in rewards.indices {
        episode.append(
          observation: Array(observations[3 * step..<3 * step + 3]),
          decision: Decision(
            action: Array(actions[2 * step..<2 * step + 2]), logProbability: logProbabilities[step],
            value: values[step]),
          reward: rewards[step])
      }
      episode.bootstrapValue = bootstrapValue
      return episode
    }
  }

  @Test("Parameters and statistics, feed-forward and recurrent", arguments: 0..<3)
  func update(index: Int) throws {
    let url = try #require(
      Bundle.module.url(forResource: "update", withExtension: "json", subdirectory: "Fixtures"))
    let known = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))[index]
    let policy = try ActorCritic(
      configuration: .init(observationCount: 3, actionCount: 2, actor: known.shape, critic: known.shape),
      actorParameters: known.actorBefore, criticParameters: known.criticBefore)
    var configuration = PPOLearner.Configuration()
    configuration.discount = 0.97
    configuration.gaeLambda = 0.9
    configuration.epochs = 4
    configuration.minibatches = 1
    configuration.actorLearningRate = 1e-2
    configuration.criticLearningRate = 5e-2
    configuration.entropyCoefficient = 0.01
    var learner = try PPOLearner(policy: policy, configuration: configuration)
    var generator = SeededGenerator(seed: 1)
    let statistics = try learner.update(
      episodes: known.episodes.map(\.episode), using: &generator)

    for (ours, theirs) in [
      (learner.policy.actorParameters, known.actorAfter),
      (learner.policy.criticParameters, known.criticAfter),
    ] {
      #expect(ours.count == theirs.count)
      let largest = zip(ours, theirs).map { abs($0 - $1) }.max() ?? .infinity
      #expect(largest < 2e-5)
    }
    let ours: [String: Double?] = [
      "policyLoss": statistics.policyLoss, "valueLoss": statistics.valueLoss,
      "entropy": statistics.entropy, "approximateKL": statistics.approximateKL,
      "clipFraction": statistics.clipFraction, "explainedVariance": statistics.explainedVariance,
      "actorGradientNorm": statistics.actorGradientNorm,
      "criticGradientNorm": statistics.criticGradientNorm,
    ]
    #expect(ours.count == known.statistics.count)
    for (name, theirs) in known.statistics {
      let value = try #require(ours[name] ?? nil)
      #expect(abs(value - theirs) < 1e-4 * max(1, abs(theirs)), "\(name)")
    }
  }
}
