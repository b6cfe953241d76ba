import Foundation
import PPO
import Randomness
import Testing

@Suite("The update")
struct UpdateTests {
  static let shapes: [NetworkShape] = [.mlp(hidden: 6), .lstm(hidden: 4)]

  private func learner(
    _ shape: NetworkShape, critic: NetworkShape? = nil,
    _ change: (inout PPOLearner.Configuration) -> Void = { _ in }
  ) throws -> PPOLearner {
    var generator = SeededGenerator(seed: 2)
    var configuration = PPOLearner.Configuration()
    configuration.epochs = 3
    change(&configuration)
    let policy = try ActorCritic(
      configuration: .init(observationCount: 2, actor: shape, critic: critic ?? shape), using: &generator)
    return try PPOLearner(policy: policy, configuration: configuration)
  }

  private func episodes(
    _ count: Int, _ policy: ActorCritic, using generator: inout SeededGenerator
  ) throws -> [Episode] {
    var environment = ReachTarget()
    return try (0..<count).map { _ in
      try collectEpisode(in: &environment, policy: policy, seed: generator.next(), using: &generator)
    }
  }

  @Test(
    "The first minibatch finds every ratio to be 1, whatever the networks",
    arguments: shapes, shapes)
  func firstRatio(actor: NetworkShape, critic: NetworkShape) throws {
    var learner = try learner(actor, critic: critic) {
      $0.epochs = 1
      $0.minibatches = 1
    }
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<3 {
      let statistics = try learner.update(
        episodes: episodes(5, learner.policy, using: &generator), using: &generator)
      #expect(statistics.firstRatioDeviation == 0)
      #expect(statistics.approximateKL == 0)
      #expect(statistics.clipFraction == 0)
      // Normalised advantages have mean 0, and so has the surrogate at ratio 1.
      #expect(abs(statistics.policyLoss) < 1e-6)
    }
  }

  @Test("Episodes of another policy show in the first ratio")
  func foreignEpisodes() throws {
    var learner = try learner(.mlp(hidden: 6))
    var generator = SeededGenerator(seed: 5)
    let old = try episodes(4, learner.policy, using: &generator)
    try learner.update(episodes: old, using: &generator)
    #expect(try learner.update(episodes: old, using: &generator).firstRatioDeviation > 0.01)
  }

  @Test("The same seed gives the same bits", arguments: shapes)
  func determinism(shape: NetworkShape) throws {
    func run() throws -> ActorCritic {
      var learner = try learner(shape)
      var generator = SeededGenerator(seed: 5)
      for _ in 0..<3 {
        try learner.update(
          episodes: episodes(3, learner.policy, using: &generator), using: &generator)
      }
      return learner.policy
    }
    #expect(try run() == run())
  }

  @Test("Two updates of one pass are one of two passes: Adam's moments live on", arguments: shapes)
  func momentsLiveOn(shape: NetworkShape) throws {
    var twice = try learner(shape) {
      $0.epochs = 1
      $0.minibatches = 1
    }
    var once = try learner(shape) {
      $0.epochs = 2
      $0.minibatches = 1
    }
    var generator = SeededGenerator(seed: 5)
    let rollout = try episodes(4, once.policy, using: &generator)
    try once.update(episodes: rollout, using: &generator)
    for _ in 0..<2 { try twice.update(episodes: rollout, using: &generator) }
    for (left, right) in [
      (once.policy.actorParameters, twice.policy.actorParameters),
      (once.policy.criticParameters, twice.policy.criticParameters),
    ] {
      #expect((zip(left, right).map { abs($0 - $1) }.max() ?? 1) < 1e-6)
    }
  }

  @Test("Each pass deals the steps anew, and the next update anew again")
  func shuffling() throws {
    var (learner, other) = (try learner(.mlp(hidden: 6)), try learner(.mlp(hidden: 6)))
    var generator = SeededGenerator(seed: 5)
    let rollout = try episodes(4, learner.policy, using: &generator)
    try learner.update(episodes: rollout, using: &generator)
    // The same update with a generator that has moved on.
    try other.update(episodes: rollout, using: &generator)
    #expect(learner.policy != other.policy)
  }

  @Test("A learner that was saved and read goes on with the same bits", arguments: shapes)
  func resume(shape: NetworkShape) throws {
    var learner = try learner(shape)
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<2 {
      try learner.update(episodes: episodes(3, learner.policy, using: &generator), using: &generator)
    }
    let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
    var read = try decoder.decode(PPOLearner.self, from: encoder.encode(learner))
    var readGenerator = try decoder.decode(SeededGenerator.self, from: encoder.encode(generator))
    for _ in 0..<2 {
      let rollout = try episodes(3, learner.policy, using: &generator)
      let readRollout = try episodes(3, read.policy, using: &readGenerator)
      let kept = try decoder.decode([Episode].self, from: encoder.encode(readRollout))
      #expect(kept == rollout)
      let statistics = try learner.update(episodes: rollout, using: &generator)
      #expect(try read.update(episodes: kept, using: &readGenerator) == statistics)
    }
    #expect(read.policy == learner.policy)
    #expect(read.updateCount == 4)
    #expect(readGenerator == generator)
  }

  @Test("A target KL divergence stops the update early")
  func targetKL() throws {
    var free = try learner(.mlp(hidden: 6)) { $0.epochs = 20 }
    var bound = try learner(.mlp(hidden: 6)) {
      $0.epochs = 20
      $0.targetKL = 1e-3
    }
    var generator = SeededGenerator(seed: 5)
    let rollout = try episodes(4, free.policy, using: &generator)
    var copy = generator
    let statistics = try bound.update(episodes: rollout, using: &copy)
    #expect(statistics.epochs < 20)
    #expect(try free.update(episodes: rollout, using: &generator).approximateKL > statistics.approximateKL)
  }

  @Test("Episodes that differ as wholes teach an LSTM, one episode a minibatch though it be")
  func wholeEpisodes() throws {
    var learner = try learner(.lstm(hidden: 4)) {
      $0.discount = 0
      $0.minibatches = 2
    }
    var generator = SeededGenerator(seed: 5)
    let rollout = [Float(1), -1].map { reward in
      var episode = Episode(observationCount: 2, actionCount: 1)
      var state = learner.policy.initialState
      for _ in 0..<8 {
        var decision = learner.policy.act(observation: [1, -1], state: &state, using: &generator)
        decision.value = 0
        episode.append(observation: [1, -1], decision: decision, reward: reward)
      }
      return episode
    }
    // Every advantage is its reward. Normalised within its episode, each would be 0, and so would the gradient.
    #expect(try learner.update(episodes: rollout, using: &generator).actorGradientNorm > 0.1)
  }

  @Test("Explained variance is 1 for a critic that is right, 0 for a constant, and grows with learning")
  func explainedVariance() throws {
    var learner = try learner(.mlp(hidden: 6)) { $0.discount = 0 }
    var generator = SeededGenerator(seed: 5)
    let policy = learner.policy
    /// Steps that each earn a linear function of what is seen.
    func episode(value: ([Float], Float) -> Float) -> Episode {
      var episode = Episode(observationCount: 2, actionCount: 1)
      var state = policy.initialState
      for _ in 0..<64 {
        let observation = [Float(generator.nextNormal()), Float(generator.nextNormal())]
        let reward = observation[0] - 0.5 * observation[1]
        var decision = policy.act(observation: observation, state: &state, using: &generator)
        decision.value = value(observation, reward)
        episode.append(observation: observation, decision: decision, reward: reward)
      }
      return episode
    }
    func explained(_ value: ([Float], Float) -> Float) throws -> Double {
      let episode = episode(value: value)
      return try #require(try learner.update(episodes: [episode], using: &generator).explainedVariance)
    }
    #expect(abs(try explained { _, reward in reward } - 1) < 1e-9)
    #expect(abs(try explained { _, _ in 3 }) < 1e-6)
    for _ in 0..<20 { _ = try explained { _, reward in reward } }
    let taught = learner.policy
    #expect(try explained { seen, _ in taught.value(observation: seen, state: taught.initialState) } > 0.8)
  }

  @Test("More minibatches than episodes, one step alone, and equal returns are all right", arguments: shapes)
  func smallUpdates(shape: NetworkShape) throws {
    var learner = try learner(shape) { $0.minibatches = 50 }
    var generator = SeededGenerator(seed: 5)
    var environment = Scripted(steps: [EnvironmentStep(observation: [0], reward: 1, ending: .terminal)])
    let policy = try ActorCritic(
      configuration: .init(observationCount: 1, actor: shape, critic: shape), using: &generator)
    var single = try PPOLearner(policy: policy, configuration: learner.configuration)
    let episode = try collectEpisode(in: &environment, policy: policy, seed: 1, using: &generator)
    let statistics = try single.update(episodes: [episode], using: &generator)
    #expect(statistics.explainedVariance == nil)
    #expect(single.policy.actorParameters.allSatisfy { $0.isFinite })
    try learner.update(episodes: episodes(3, learner.policy, using: &generator), using: &generator)
    #expect(learner.updateCount == 1)
  }
}
