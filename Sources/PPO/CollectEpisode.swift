import Foundation
import Randomness

/// Plays one episode with a policy that explores, and returns what an update learns from.
///
/// Episodes are independent: run them in parallel, each with its own environment and generator, and the result
/// does not depend on how many run at once.
///
/// - Parameters:
///   - environment: Where to act.
///   - policy: Who acts.
///   - seed: Decides the episode, as far as the environment goes.
///   - stepLimit: Cuts the episode after so many steps, nil for never.
///   - generator: Draws the actions.
/// - Returns: The episode, with at least one step.
/// - Throws: ``PPOError/nonFinite(quantity:step:)`` for an observation or a reward that is not finite, and whatever
///   the environment throws.
public func collectEpisode(
  in environment: inout some Environment, policy: ActorCritic, seed: UInt64, stepLimit: Int? = nil,
  using generator: inout SeededGenerator
) throws -> Episode {
  try collect(in: &environment, policy: policy, seed: seed, stepLimit: stepLimit) { _, observation, state in
    let decision = policy.act(observation: observation, state: &state, using: &generator)
    return (decision, decision.action)
  }
}

/// Plays one episode as a teacher would, but for the policy's noise, and returns what to imitate.
///
/// The actions of the episode are the teacher's, without the noise, so that it shows the way back as well (Laskey et
/// al., 2017, arXiv 1703.09327); its log probabilities are of actions that nobody took.
///
/// - Parameters:
///   - environment: Where to act.
///   - policy: Whose noise and critic to use.
///   - seed: Decides the episode, as far as the environment goes.
///   - generator: Draws the noise.
///   - teacher: The teacher's action in the state that the environment is in.
/// - Returns: The episode, with at least one step.
/// - Throws: As ``collectEpisode(in:policy:seed:stepLimit:using:)``.
public func collectDemonstration<Place: Environment>(
  in environment: inout Place, policy: ActorCritic, seed: UInt64, using generator: inout SeededGenerator,
  teacher: (Place) -> [Float]
) throws -> Episode {
  try collect(in: &environment, policy: policy, seed: seed, stepLimit: nil) { place, observation, state in
    let own = policy.act(observation: observation, state: &state, using: &generator)
    let action = teacher(place)
    let noise = policy.logStandardDeviations.map { exp($0) * Float(generator.nextNormal()) }
    let decision = Decision(action: action, logProbability: own.logProbability, value: own.value)
    return (decision, zip(action, noise).map { $0 + $1 })
  }
}

/// Plays one episode; `decide` gives what to remember of each decision, and what to do.
private func collect<Place: Environment>(
  in environment: inout Place, policy: ActorCritic, seed: UInt64, stepLimit: Int?,
  decide: (Place, [Float], inout RecurrentState) -> (remembered: Decision, action: [Float])
) throws -> Episode {
  var episode = Episode(observationCount: policy.observationCount, actionCount: policy.actionCount)
  var state = policy.initialState
  var observation = try environment.reset(seed: seed)
  while true {
    let step = episode.stepCount
    guard observation.allSatisfy(\.isFinite) else {
      throw PPOError.nonFinite(quantity: "observation", step: step)
    }
    let (decision, action) = decide(environment, observation, &state)
    let outcome = try environment.step(action: action)
    guard outcome.reward.isFinite else { throw PPOError.nonFinite(quantity: "reward", step: step) }
    episode.append(observation: observation, decision: decision, reward: outcome.reward)
    observation = outcome.observation
    if outcome.ending == .terminal { return episode }
    guard outcome.ending == .truncated || episode.stepCount == stepLimit else { continue }
    guard observation.allSatisfy(\.isFinite) else {
      throw PPOError.nonFinite(quantity: "observation", step: episode.stepCount)
    }
    episode.bootstrapValue = policy.value(observation: observation, state: state)
    return episode
  }
}
