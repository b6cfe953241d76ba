import PPO
import Randomness
import Testing

@Suite("PPO learns")
struct LearningTests {
  private func train(
    _ environment: some Environment, shape: NetworkShape, updates: Int, episodes: Int,
    configuration: PPOLearner.Configuration
  ) throws -> ActorCritic {
    var environment = environment
    var generator = SeededGenerator(seed: 11)
    let policy = try ActorCritic(
      configuration: .init(
        observationCount: environment.observationCount, actionCount: environment.actionCount,
        actor: shape, critic: shape),
      using: &generator)
    var learner = try PPOLearner(policy: policy, configuration: configuration)
    for _ in 0..<updates {
      var rollout: [Episode] = []
      for _ in 0..<episodes {
        try rollout.append(
          collectEpisode(
            in: &environment, policy: learner.policy, seed: generator.next(), using: &generator))
      }
      let statistics = try learner.update(episodes: rollout, using: &generator)
      #expect(statistics.firstRatioDeviation == 0)
    }
    return learner.policy
  }

  /// Mean return of the mean action over 50 fresh episodes.
  private func evaluate(_ environment: some Environment, _ policy: ActorCritic) throws -> Float {
    var environment = environment
    var total: Float = 0
    for seed in 1_000..<1_050 {
      var observation = try environment.reset(seed: UInt64(seed))
      var state = policy.initialState
      while true {
        let action = policy.meanAction(observation: observation, state: &state)
        let step = try environment.step(action: action)
        total += step.reward
        observation = step.observation
        if step.ending != nil { break }
      }
    }
    return total / 50
  }

  @Test("A continuous control problem")
  func reachTarget() throws {
    var generator = SeededGenerator(seed: 11)
    let untrained = try ActorCritic(configuration: .init(observationCount: 2), using: &generator)
    var configuration = PPOLearner.Configuration()
    configuration.actorLearningRate = 3e-3
    configuration.epochs = 5
    let trained = try train(
      ReachTarget(), shape: .mlp(hidden: 16), updates: 40, episodes: 16, configuration: configuration)
    // Standing still costs 8 times the mean distance of 2 / 3; moving straight to the target costs 0.375: the sum over
    // moves k of the mean of max(0, distance - k / 2), which is (2 - k / 2)^3 / 12.
    let (before, after) = (
      try evaluate(ReachTarget(), untrained), try evaluate(ReachTarget(), trained)
    )
    #expect(before < -4)
    #expect(after > -0.8)
  }

  @Test("A problem of memory, with an LSTM and not with an MLP")
  func recallCue() throws {
    var configuration = PPOLearner.Configuration()
    configuration.actorLearningRate = 1e-2
    configuration.epochs = 4
    let lstm = try train(
      RecallCue(), shape: .lstm(hidden: 8), updates: 40, episodes: 32, configuration: configuration)
    let mlp = try train(
      RecallCue(), shape: .mlp(hidden: 8), updates: 40, episodes: 32, configuration: configuration)
    let (remembered, forgotten) = (
      try evaluate(RecallCue(), lstm), try evaluate(RecallCue(), mlp)
    )
    #expect(remembered > -0.1)
    #expect(forgotten < -0.9)
  }

  private func imitator(
    _ shape: NetworkShape, using generator: inout SeededGenerator
  ) throws -> PPOLearner {
    var configuration = PPOLearner.Configuration()
    configuration.actorLearningRate = 1e-2
    return try PPOLearner(
      policy: ActorCritic(
        configuration: .init(observationCount: 2, actor: shape, critic: shape), using: &generator),
      configuration: configuration)
  }

  @Test("A policy that imitates does in one update what its teacher does, with and without memory")
  func imitation() throws {
    func imitating<Place: Environment>(
      _ place: Place, _ shape: NetworkShape, teacher: (Place) -> [Float]
    ) throws -> ActorCritic {
      var place = place
      var generator = SeededGenerator(seed: 11)
      var learner = try imitator(shape, using: &generator)
      let policy = learner.policy
      var episodes: [Episode] = []
      for _ in 0..<40 {
        try episodes.append(
          collectDemonstration(
            in: &place, policy: policy, seed: generator.next(), using: &generator, teacher: teacher))
      }
      try learner.imitate(episodes, epochs: 200, using: &generator)
      #expect(learner.policy.logStandardDeviations == policy.logStandardDeviations)
      return learner.policy
    }
    let reaching = try imitating(ReachTarget(), .mlp(hidden: 16)) { [2 * ($0.target - $0.position)] }
    // The teacher's own return is -0.375; see above.
    #expect(try evaluate(ReachTarget(), reaching) > -0.6)
    let recalling = try imitating(RecallCue(), .lstm(hidden: 8)) {
      [$0.step == RecallCue.length - 1 ? $0.cue : 0]
    }
    // Without memory nothing is above -1.
    #expect(try evaluate(RecallCue(), recalling) > -0.05)
  }

  @Test(
    "Who imitates reads no cause into what it is told to ignore",
    arguments: [NetworkShape.mlp(hidden: 16), .lstm(hidden: 8)])
  func ignoring(shape: NetworkShape) throws {
    var place = ReachTarget()
    var generator = SeededGenerator(seed: 12)
    let learner = try imitator(shape, using: &generator)
    let policy = learner.policy
    let episodes = try (0..<10).map { _ in
      try collectDemonstration(in: &place, policy: policy, seed: generator.next(), using: &generator) {
        [2 * $0.target]
      }
    }
    func actions(_ policy: ActorCritic) -> [Float] {
      [Float(-1), 0, 1].map { position in
        var state = policy.initialState
        return policy.meanAction(observation: [position, 0.5], state: &state)[0]
      }
    }
    var (seeing, blind) = (learner, learner)
    try seeing.imitate(episodes, epochs: 60, using: &generator)
    try blind.imitate(episodes, ignoring: [0], epochs: 60, using: &generator)
    #expect(Set(actions(seeing.policy)).count == 3)
    #expect(Set(actions(blind.policy)).count == 1)
    #expect(abs(actions(blind.policy)[0] - 1) < 0.3)
    let before = blind.policy
    #expect(throws: PPOError.self) { try blind.imitate(episodes, ignoring: [2], using: &generator) }
    var narrow = Episode(observationCount: 1, actionCount: 1)
    narrow.append(
      observation: [0], decision: Decision(action: [0], logProbability: 0, value: 0), reward: 0)
    #expect(throws: PPOError.self) { try blind.imitate([narrow], ignoring: [1], using: &generator) }
    #expect(blind.policy == before)
  }
}
