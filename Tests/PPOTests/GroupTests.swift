import Foundation
import Randomness
import Testing

@testable import PPO

@Suite("Updates from groups")
struct GroupTests {
  @Test("Advantages are scaled in their group, clipped, and brought to mean 0 and deviation 1 over all steps")
  func closedForm() {
    func episode(_ steps: Int, _ total: Float) -> Episode {
      var episode = Episode(observationCount: 1, actionCount: 1)
      for step in 0..<steps {
        episode.append(
          observation: [0], decision: Decision(action: [total], logProbability: 0, value: 0),
          reward: step == 0 ? total : 0)
      }
      return episode
    }
    // Group 7 has mean 2 and deviation 1. Group 3 has mean 1 and deviation 8, and an outlier. Group 1 is one episode.
    let episodes =
      [episode(2, 1), episode(4, 3)] + (0..<64).map { _ in episode(1, 0) }
      + [episode(1, 65), episode(3, 9)]
    let groups = [7, 7] + Array(repeating: 3, count: 65) + [1]
    let raw = [-1 / 1.05, 1 / 1.05] + Array(repeating: -1 / 8.05, count: 64) + [4, 0]
    let steps = [2.0, 4] + Array(repeating: 1, count: 65) + [3]
    let mean = zip(raw, steps).map(*).reduce(0, +) / 74
    let variance = zip(raw, steps).map { ($0 - mean) * ($0 - mean) * $1 }.reduce(0, +) / 74
    let values = GroupAdvantages(episodes, groups: groups).values
    #expect(values.map(\.count) == steps.map { Int($0) })
    for (values, raw) in zip(values, raw) {
      for value in values { #expect(abs(Double(value) - (raw - mean) / variance.squareRoot()) < 1e-4) }
    }
    #expect(GroupAdvantages([episode(1, 2), episode(2, 2)], groups: [0, 0]).values == [[0], [0, 0]])
  }

  @Test("Steps before the actions of a group differ have advantage 0, and count nowhere")
  func branches() {
    func episode(_ actions: [Float], _ total: Float) -> Episode {
      var episode = Episode(observationCount: 1, actionCount: 1)
      for (step, action) in actions.enumerated() {
        episode.append(
          observation: [0], decision: Decision(action: [action], logProbability: 0, value: 0),
          reward: step == 0 ? total : 0)
      }
      return episode
    }
    let branched = [episode([1, 2, 3, 4], 1), episode([1, 2, 0, 4], 3)]
    let whole = [episode([1, 2], 5), episode([3, 2], 1)]
    let values = GroupAdvantages(branched + whole, groups: [0, 0, 1, 1]).values
    // Returns over deviation + 0.05: 1 / 1.05 for the branched, 2 / 2.05 for the whole, each on two steps.
    let (near, far) = (1 / 1.05, 2 / 2.05)
    let deviation = ((near * near + far * far) / 2).squareRoot()
    for (values, raw) in zip(
      values, [[0, 0, -near, -near], [0, 0, near, near], [far, far], [-far, -far]])
    {
      #expect(zip(values, raw).allSatisfy { abs(Double($0) - $1 / deviation) < 1e-4 }, "\(values)")
    }
    // Alike to the end: nothing is learned.
    let alike = [episode([1, 2], 1), episode([1, 2, 3], 1)]
    #expect(GroupAdvantages(alike, groups: [0, 0]).values == [[0, 0], [0, 0, 0]])
  }

  @Test("What an episode was worth before a step is left out of the step's advantage")
  func worth() {
    // Worth before the fifth step is the whole return: nothing is owed to the fifth step. Before, it is unknown.
    let episodes = [1, 2, 4, 7].map { (total: Float) in
      var episode = Episode(observationCount: 1, actionCount: 1)
      for step in 0..<5 {
        episode.append(
          observation: [0],
          decision: Decision(action: [total], logProbability: 0, value: step == 4 ? total : 0),
          reward: step == 4 ? total : 0)
      }
      return episode
    }
    let advantages = GroupAdvantages(episodes, groups: [0, 0, 0, 0])
    #expect(abs(advantages.explainedVariance - 0.2) < 1e-6)
    for values in advantages.values {
      #expect(abs(values[4]) < 1e-5 && Set(values[..<4]).count == 1 && abs(values[0]) > 0.1)
    }
    // A worth that foretells the opposite is not believed.
    let misled = episodes.map { episode in
      var other = Episode(observationCount: 1, actionCount: 1)
      for step in 0..<5 {
        other.append(
          observation: [0],
          decision: Decision(
            action: [episode.actions[step]], logProbability: 0, value: -episode.values[step]),
          reward: episode.rewards[step])
      }
      return other
    }
    #expect(GroupAdvantages(misled, groups: [0, 0, 0, 0]).explainedVariance == 0)
  }

  @Test(
    "The gradient of whole episodes of several lengths is that of central differences",
    arguments: [NetworkShape.mlp(hidden: 5), .lstm(hidden: 4), .gru(embedding: 3, hidden: 4)])
  func gradient(shape: NetworkShape) throws {
    var generator = SeededGenerator(seed: 7)
    let configuration = ActorCritic.Configuration(observationCount: 3, actor: shape, critic: .mlp(hidden: 1))
    let initial = try ActorCritic(configuration: configuration, using: &generator)
    let policy = try ActorCritic(
      configuration: configuration,
      actorParameters: initial.actorParameters.map { $0 + 0.3 * Float(generator.nextNormal()) },
      criticParameters: initial.criticParameters)
    var material: [(episode: Episode, advantages: [Float])] = []
    for (length, advantage) in [(2, 1), (5, -2), (3, 0.5), (1, -0.7)] as [(Int, Float)] {
      var (episode, state) = (Episode(observationCount: 3, actionCount: 1), policy.initialState)
      for step in 0..<length {
        let observation = (0..<3).map { _ in Float(generator.nextNormal()) }
        var decision = policy.explore(observation: observation, state: &state, using: &generator)
        // Ratios below, within and above the clip range.
        decision.logProbability -= [0.1, 0.6, -0.6, -0.1, 0.5][step]
        episode.append(observation: observation, decision: decision, reward: 0)
      }
      material.append((episode, (0..<length).map { advantage * (1 - 0.1 * Float($0)) }))
    }
    let (loss, gradient) = policy.groupLoss(material, clipRange: 0.2, threads: 1)
    #expect(policy.groupLoss(material, clipRange: 0.2, threads: 3).gradient == gradient)
    #expect(loss.clipFraction > 0 && loss.clipFraction < 1)
    let width: Float = 4e-3
    for index in gradient.indices {
      var (above, below) = (policy, policy)
      above.actorParameters[index] += width
      below.actorParameters[index] -= width
      let losses = [above, below].map { $0.groupLoss(material, clipRange: 0.2, threads: 1).loss.surrogate }
      let slope =
        (losses[0] - losses[1]) / Double(above.actorParameters[index] - below.actorParameters[index])
      #expect(abs(slope - Double(gradient[index])) < 1e-4, "parameter \(index)")
    }
  }

  private func learner(
    _ shape: NetworkShape, logStandardDeviation: Float = -0.5,
    _ change: (inout PPOLearner.Configuration) -> Void = { _ in }
  ) throws -> PPOLearner {
    var generator = SeededGenerator(seed: 2)
    var configuration = PPOLearner.Configuration()
    configuration.epochs = 4
    configuration.actorLearningRate = 3e-3
    change(&configuration)
    let policy = try ActorCritic(
      configuration: .init(
        observationCount: 2, actor: shape, critic: .mlp(hidden: 1),
        initialLogStandardDeviation: logStandardDeviation), using: &generator)
    return try PPOLearner(policy: policy, configuration: configuration)
  }

  /// `count` problems of ReachTarget, each played `size` times from the same seed.
  private func groups(
    _ count: Int, of size: Int, _ policy: ActorCritic, using generator: inout SeededGenerator
  ) throws -> (episodes: [Episode], groups: [Int]) {
    var environment = ReachTarget()
    var (episodes, groups) = ([Episode](), [Int]())
    for group in 0..<count {
      let seed = generator.next()
      for _ in 0..<size {
        var episode = Episode(observationCount: 2, actionCount: 1)
        var (observation, state) = (environment.reset(seed: seed), policy.initialState)
        var step: EnvironmentStep
        repeat {
          let decision = policy.explore(observation: observation, state: &state, using: &generator)
          step = environment.step(action: decision.action)
          episode.append(observation: observation, decision: decision, reward: step.reward)
          observation = step.observation
        } while step.ending == nil
        episodes.append(episode)
        groups.append(group)
      }
    }
    return (episodes, groups)
  }

  /// Mean return of 100 problems with the mean action.
  private func score(_ policy: ActorCritic) -> Float {
    var environment = ReachTarget()
    var total: Float = 0
    for seed in 1_000..<1_100 {
      var (observation, state) = (environment.reset(seed: UInt64(seed)), policy.initialState)
      var step: EnvironmentStep
      repeat {
        step = environment.step(action: policy.meanAction(observation: observation, state: &state))
        total += step.reward
        observation = step.observation
      } while step.ending == nil
    }
    return total / 100
  }

  @Test(
    "A control problem is learned from groups, and unlearned from negated rewards",
    arguments: [NetworkShape.mlp(hidden: 16), .gru(embedding: 8, hidden: 8)])
  func learning(shape: NetworkShape) throws {
    var learner = try learner(shape)
    var generator = SeededGenerator(seed: 11)
    let critic = learner.policy.criticParameters
    func train(_ updates: Int, sign: Float) throws {
      for _ in 0..<updates {
        var (episodes, groups) = try groups(8, of: 4, learner.policy, using: &generator)
        for index in episodes.indices { episodes[index].rewards = episodes[index].rewards.map { sign * $0 } }
        let statistics = try learner.update(episodes: episodes, groups: groups, threads: 2, using: &generator)
        #expect(statistics.firstRatioDeviation == 0)
      }
    }
    // Standing still costs 8 times the mean distance of 2 / 3; moving straight to the target costs 0.375.
    #expect(score(learner.policy) < -4)
    try train(40, sign: 1)
    #expect(score(learner.policy) > -1)
    try train(60, sign: -1)
    #expect(score(learner.policy) < -4)
    #expect(learner.policy.criticParameters == critic)
  }

  @Test(
    "Any number of threads gives the same bits",
    arguments: [NetworkShape.mlp(hidden: 4), .gru(embedding: 6, hidden: 5)])
  func threads(shape: NetworkShape) throws {
    let policies = try [1, 2, 5].map { threads in
      var learner = try learner(shape)
      var generator = SeededGenerator(seed: 5)
      for _ in 0..<2 {
        let (episodes, groups) = try groups(7, of: 6, learner.policy, using: &generator)
        try learner.update(episodes: episodes, groups: groups, threads: threads, using: &generator)
      }
      return learner.policy
    }
    #expect(policies[1] == policies[0] && policies[2] == policies[0])
  }

  @Test("Exploring is acting without the critic: the same actions and densities, value 0")
  func explore() throws {
    let policy = try learner(.lstm(hidden: 4)).policy
    var (one, other) = (SeededGenerator(seed: 3), SeededGenerator(seed: 3))
    var (acting, exploring) = (policy.initialState, policy.initialState)
    for step in 0..<3 {
      let observation = [Float(step), 1]
      var acted = policy.act(observation: observation, state: &acting, using: &one)
      #expect(acted.value != 0)
      acted.value = 0
      #expect(policy.explore(observation: observation, state: &exploring, using: &other) == acted)
    }
    #expect(acting.actor == exploring.actor && one == other)
  }

  @Test("Log standard deviations stay within -3.5 and 0", arguments: [Float(0.5), -5])
  func deviationBounds(initial: Float) throws {
    var learner = try learner(.mlp(hidden: 4), logStandardDeviation: initial)
    var generator = SeededGenerator(seed: 5)
    let (episodes, groups) = try groups(2, of: 3, learner.policy, using: &generator)
    try learner.update(episodes: episodes, groups: groups, threads: 2, using: &generator)
    #expect(learner.policy.logStandardDeviations.allSatisfy { (-3.5...0).contains($0) })
  }

  @Test("A target KL divergence stops the update early")
  func targetKL() throws {
    var learner = try learner(.lstm(hidden: 4)) {
      $0.epochs = 50
      $0.targetKL = 1e-3
    }
    var generator = SeededGenerator(seed: 5)
    let (episodes, groups) = try groups(4, of: 4, learner.policy, using: &generator)
    #expect(try learner.update(episodes: episodes, groups: groups, threads: 2, using: &generator).epochs < 50)
  }

  @Test("Returns that are not finite, and no episodes, are refused; nothing changes")
  func refusals() throws {
    var learner = try learner(.mlp(hidden: 4))
    var generator = SeededGenerator(seed: 5)
    var (episodes, groups) = try groups(2, of: 2, learner.policy, using: &generator)
    let (policy, before) = (learner.policy, generator)
    #expect(throws: PPOError.noSteps) {
      try learner.update(episodes: [], groups: [], threads: 1, using: &generator)
    }
    episodes[1].rewards[2] = .nan
    #expect(throws: PPOError.nonFinite(quantity: "reward of episode 1", step: 2)) {
      try learner.update(episodes: episodes, groups: groups, threads: 1, using: &generator)
    }
    #expect(learner.policy == policy && learner.updateCount == 0 && generator == before)
  }

  @Test("A group of one changes nothing")
  func loneEpisode() throws {
    var learner = try learner(.mlp(hidden: 4))
    var generator = SeededGenerator(seed: 5)
    let policy = learner.policy
    let (episodes, _) = try groups(1, of: 1, policy, using: &generator)
    try learner.update(episodes: episodes, groups: [4], threads: 1, using: &generator)
    #expect(learner.policy == policy)
  }
}
