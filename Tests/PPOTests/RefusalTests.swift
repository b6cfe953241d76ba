import Foundation
import PPO
import Randomness
import Testing

@Suite("Bad numbers and impossible options are refused, by name, before anything changes")
struct RefusalTests {
  private func learner() throws -> PPOLearner {
    var generator = SeededGenerator(seed: 2)
    let policy = try ActorCritic(configuration: .init(observationCount: 1), using: &generator)
    return try PPOLearner(policy: policy)
  }

  private func episode(
    _ policy: ActorCritic, observation: Float = 0, logProbability: Float = -1, reward: Float = 0,
    value: Float = 0
  ) -> Episode {
    var episode = Episode(observationCount: 1, actionCount: 1)
    for step in 0..<3 {
      let decision = Decision(action: [0.5], logProbability: logProbability, value: value)
      episode.append(observation: [observation], decision: decision, reward: Float(step) + reward)
    }
    return episode
  }

  private func expectRefusal(_ episodes: [Episode], _ expected: PPOError) throws {
    var learner = try learner()
    var generator = SeededGenerator(seed: 5)
    let (policy, before) = (learner.policy, generator)
    #expect(throws: expected) { try learner.update(episodes: episodes, using: &generator) }
    #expect(learner.policy == policy)
    #expect(learner.updateCount == 0)
    #expect(generator == before)
  }

  @Test("Numbers that are not finite", arguments: [Float.nan, .infinity, -.infinity])
  func nonFinite(bad: Float) throws {
    let policy = try learner().policy
    let good = episode(policy)
    func error(_ quantity: String, _ step: Int) -> PPOError {
      .nonFinite(quantity: "\(quantity) of episode 1", step: step)
    }
    try expectRefusal([good, episode(policy, observation: bad)], error("observation", 0))
    try expectRefusal([good, episode(policy, logProbability: bad)], error("log probability", 0))
    try expectRefusal([good, episode(policy, value: bad)], error("value", 0))
    var poisoned = good
    poisoned.rewards[2] = bad
    try expectRefusal([good, poisoned], error("reward", 2))
    var unbounded = good
    unbounded.bootstrapValue = bad
    try expectRefusal([good, unbounded], error("bootstrap value", 3))
  }

  @Test("Finite rewards whose gradient is not finite leave the learner as it was")
  func overflow() throws {
    let policy = try learner().policy
    try expectRefusal(
      [episode(policy, reward: 3e38, value: -3e38)],
      .nonFiniteGradient(network: "actor", epoch: 0, minibatch: 0))
  }

  @Test("A ratio beyond any number is bounded, and training goes on")
  func hugeRatio() throws {
    var learner = try learner()
    var generator = SeededGenerator(seed: 5)
    try learner.update(
      episodes: [episode(learner.policy, logProbability: -1e6)], using: &generator)
    #expect(learner.policy.actorParameters.allSatisfy { $0.isFinite })
  }

  @Test("Updates without steps, and episodes that do not fit")
  func malformed() throws {
    let policy = try learner().policy
    try expectRefusal([], .noSteps)
    let empty = Episode(observationCount: 1, actionCount: 1)
    try expectRefusal([empty], .noSteps)
    try expectRefusal(
      [episode(policy), empty],
      .malformedEpisode(episode: 1, problem: "has 0 steps where 1 are expected"))
    var short = episode(policy)
    short.rewards.removeLast()
    try expectRefusal(
      [short],
      .malformedEpisode(episode: 0, problem: "has 3 observation numbers where 2 are expected"))
    var wide = Episode(observationCount: 2, actionCount: 1)
    wide.append(
      observation: [0, 0], decision: Decision(action: [0], logProbability: 0, value: 0), reward: 0)
    try expectRefusal(
      [wide],
      .malformedEpisode(episode: 0, problem: "has 2 numbers an observation where 1 are expected"))
  }

  static let options: [(String, @Sendable (inout PPOLearner.Configuration) -> Void)] = [
    ("discount", { $0.discount = 1.1 }), ("discount", { $0.discount = .nan }),
    ("gaeLambda", { $0.gaeLambda = -0.1 }), ("clipRange", { $0.clipRange = 10 }),
    ("clipRange", { $0.clipRange = 0 }), ("epochs", { $0.epochs = 0 }),
    ("minibatches", { $0.minibatches = -1 }), ("actorLearningRate", { $0.actorLearningRate = 0 }),
    ("criticLearningRate", { $0.criticLearningRate = .infinity }), ("adamEpsilon", { $0.adamEpsilon = 0 }),
    ("maximumGradientNorm", { $0.maximumGradientNorm = .nan }), ("targetKL", { $0.targetKL = 0 }),
    ("entropyCoefficient", { $0.entropyCoefficient = -1 }),
    // 0 and infinity in the single precision that the learner computes in.
    ("adamEpsilon", { $0.adamEpsilon = 1e-300 }), ("actorLearningRate", { $0.actorLearningRate = 1e300 }),
  ]

  @Test("Options out of range", arguments: options.indices)
  func outOfRange(index: Int) throws {
    let (name, change) = Self.options[index]
    var configuration = PPOLearner.Configuration()
    change(&configuration)
    let error = #expect(throws: PPOError.self) {
      try PPOLearner(policy: learner().policy, configuration: configuration)
    }
    #expect(error?.description.hasPrefix("\(name) is ") == true)
  }

  @Test("A learner read with another network's optimizer state is refused at its first update")
  func foreignOptimizer() throws {
    let data = try JSONEncoder().encode(learner())
    var object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    object["actorOptimizer"] = ["step": 3, "slots": [[0.5], [0.5]]]
    let bad = try JSONSerialization.data(withJSONObject: object)
    var generator = SeededGenerator(seed: 5)
    #expect(throws: PPOError.self) {
      var learner = try JSONDecoder().decode(PPOLearner.self, from: bad)
      try learner.update(episodes: [episode(learner.policy)], using: &generator)
    }
  }
}
