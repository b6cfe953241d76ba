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
  var episode = Episode(observationCount: policy.observationCount, actionCount: policy.actionCount)
  var state = policy.initialState
  var observation = try environment.reset(seed: seed)
  while true {
    let step = episode.stepCount
    guard observation.allSatisfy(\.isFinite) else {
      throw PPOError.nonFinite(quantity: "observation", step: step)
    }
    let decision = policy.act(observation: observation, state: &state, using: &generator)
    let outcome = try environment.step(action: decision.action)
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
