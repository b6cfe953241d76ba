import PPO
import Randomness
import Testing

@Suite("Collecting an episode")
struct CollectionTests {
  private func policy() throws -> ActorCritic {
    var generator = SeededGenerator(seed: 2)
    return try ActorCritic(
      configuration: .init(observationCount: 1, critic: .lstm(hidden: 3)), using: &generator)
  }

  private static func step(_ observation: Float, _ reward: Float, _ ending: EpisodeEnding? = nil)
    -> EnvironmentStep
  {
    EnvironmentStep(observation: [observation], reward: reward, ending: ending)
  }

  @Test("Keeps what was seen before each action and what followed it")
  func contents() throws {
    var environment = Scripted(
      first: 0.5, steps: [Self.step(1, 10), Self.step(2, 20), Self.step(3, 30, .terminal)])
    var generator = SeededGenerator(seed: 1)
    let episode = try collectEpisode(in: &environment, policy: policy(), seed: 1, using: &generator)
    #expect(episode.observations == [0.5, 1, 2])
    #expect(episode.rewards == [10, 20, 30])
    #expect(episode.totalReward == 60)
    #expect(episode.bootstrapValue == 0)
    #expect(episode.stepCount == 3)
  }

  @Test("An episode cut from outside takes the critic's word for the rest, memory included")
  func truncation() throws {
    let policy = try policy()
    let steps = [Self.step(1, 10), Self.step(2, 20), Self.step(3, 30)]
    var cut = Scripted(first: 0.5, steps: steps)
    var generator = SeededGenerator(seed: 1)
    let limited = try collectEpisode(in: &cut, policy: policy, seed: 1, stepLimit: 2, using: &generator)
    #expect(limited.rewards == [10, 20])

    cut.steps[1].ending = .truncated
    generator = SeededGenerator(seed: 1)
    let truncated = try collectEpisode(in: &cut, policy: policy, seed: 1, using: &generator)
    #expect(truncated == limited)

    // The value that one more step would have recorded.
    cut.steps[1].ending = nil
    cut.steps[2].ending = .terminal
    generator = SeededGenerator(seed: 1)
    let whole = try collectEpisode(in: &cut, policy: policy, seed: 1, using: &generator)
    #expect(limited.bootstrapValue == whole.values[2])
    #expect(limited.bootstrapValue != policy.value(observation: [2], state: policy.initialState))
  }

  @Test("Observations and rewards that are not finite are refused with their step")
  func nonFinite() throws {
    let cases: [(Scripted, PPOError)] = [
      (Scripted(first: .nan, steps: []), .nonFinite(quantity: "observation", step: 0)),
      (
        Scripted(steps: [Self.step(0, 0), Self.step(0, -.infinity)]),
        .nonFinite(quantity: "reward", step: 1)
      ),
      (Scripted(steps: [Self.step(.infinity, 0)]), .nonFinite(quantity: "observation", step: 1)),
      (
        Scripted(steps: [Self.step(.nan, 0, .truncated)]), .nonFinite(quantity: "observation", step: 1)
      ),
    ]
    for (environment, expected) in cases {
      var (environment, generator) = (environment, SeededGenerator(seed: 1))
      #expect(throws: expected) {
        try collectEpisode(in: &environment, policy: policy(), seed: 1, using: &generator)
      }
    }
  }

  @Test("A demonstration remembers what the teacher does, and does that with the policy's noise")
  func demonstration() throws {
    var generator = SeededGenerator(seed: 3)
    let policy = try ActorCritic(configuration: .init(observationCount: 2), using: &generator)
    var environment = ReachTarget()
    let episode = try collectDemonstration(in: &environment, policy: policy, seed: 5, using: &generator) {
      [2 * ($0.target - $0.position)]
    }
    var undisturbed = ReachTarget()
    var observation = undisturbed.reset(seed: 5)
    var noise: [Float] = []
    for step in 0..<episode.stepCount {
      let seen = Array(episode.observations[2 * step..<2 * step + 2])
      #expect(episode.actions[step] == 2 * (seen[1] - seen[0]))
      noise.append(seen[0] - observation[0])
      observation = undisturbed.step(action: [2 * (observation[1] - observation[0])]).observation
    }
    #expect(noise[0] == 0)
    // An action beyond the environment's bound may hide it.
    #expect(noise.dropFirst().filter { $0 != 0 }.count >= 4)
  }
}
