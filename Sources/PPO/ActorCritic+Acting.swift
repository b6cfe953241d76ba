import Foundation
import Randomness

/// What the networks carry from one step of an episode to the next; empty for MLPs.
public struct RecurrentState: Sendable, Equatable, Codable {
  /// The actor's hidden units, then the cells of an LSTM.
  public internal(set) var actor: [Float]
  /// The critic's hidden units, then the cells of an LSTM.
  public internal(set) var critic: [Float]

  /// A state that was kept; `ActorCritic.validate(_:)` tells whether it fits a policy.
  public init(actor: [Float], critic: [Float]) {
    self.actor = actor
    self.critic = critic
  }
}

extension ActorCritic {
  /// The state at the beginning of every episode: zeros.
  public var initialState: RecurrentState {
    RecurrentState(
      actor: Array(repeating: 0, count: actor.stateCount),
      critic: Array(repeating: 0, count: critic.stateCount))
  }

  /// Checks a saved state against this policy.
  ///
  /// - Throws: ``PPOError/mismatchedState(what:expected:found:)`` when it belongs to another policy;
  ///   ``PPOError/nonFiniteParameter(network:index:)`` when one of its numbers is not finite.
  public func validate(_ state: RecurrentState) throws(PPOError) {
    for (name, network, saved) in [("actor", actor, state.actor), ("critic", critic, state.critic)] {
      guard saved.count == network.stateCount else {
        throw .mismatchedState(
          what: "\(name)'s recurrent state", expected: network.stateCount, found: saved.count)
      }
      if let index = saved.firstIndex(where: { !$0.isFinite }) {
        throw .nonFiniteParameter(network: name, index: index)
      }
    }
  }

  /// Draws an action and judges the observation; both networks' states move on by one step.
  ///
  /// - Parameters:
  ///   - observation: What the policy sees.
  ///   - state: What it remembers of the episode, from ``initialState`` on.
  ///   - generator: Draws the action.
  /// - Returns: The action, its log density, and the critic's value.
  /// - Precondition: Observation and state fit this policy.
  public func act(
    observation: [Float], state: inout RecurrentState, using generator: inout SeededGenerator
  ) -> Decision {
    var decision = explore(observation: observation, state: &state, using: &generator)
    decision.value = output(of: critic, criticParameters, observation: observation, state: &state.critic)[0]
    return decision
  }

  /// Draws an action without judging the observation: the critic is not asked, and the value is 0.
  ///
  /// - Parameters:
  ///   - observation: What the policy sees.
  ///   - state: What it remembers of the episode, from ``initialState`` on.
  ///   - prepared: The actor made ready by ``prepared``, which saves time over many decisions; nil for none.
  ///   - generator: Draws the action.
  /// - Returns: The action and its log density.
  /// - Precondition: Observation and state fit this policy.
  public func explore(
    observation: [Float], state: inout RecurrentState, prepared: PreparedActor? = nil,
    using generator: inout SeededGenerator
  ) -> Decision {
    let mean = meanAction(observation: observation, state: &state, prepared: prepared)
    var action: [Float] = []
    var logProbability: Float = 0
    for (mean, logStandardDeviation) in zip(mean, logStandardDeviations) {
      let value = mean + exp(logStandardDeviation) * Float(generator.nextNormal())
      action.append(value)
      logProbability += DiagonalGaussian.logProbability(
        of: value, mean: mean, logStandardDeviation: logStandardDeviation)
    }
    return Decision(action: action, logProbability: logProbability, value: 0)
  }

  /// The middle of the policy's distribution, which is the action to take once training is over; the actor's state moves
  /// on by one step.
  ///
  /// - Precondition: Observation and state fit this policy, and `prepared` is of it.
  public func meanAction(
    observation: [Float], state: inout RecurrentState, prepared: PreparedActor? = nil
  ) -> [Float] {
    prepared?.meanAction(observation: observation, state: &state.actor)
      ?? output(of: actor, actorParameters, observation: observation, state: &state.actor)
  }

  /// The critic's estimate of the discounted return from `observation` on; `state` is from before it.
  ///
  /// - Precondition: Observation and state fit this policy.
  public func value(observation: [Float], state: RecurrentState) -> Float {
    var state = state.critic
    return output(of: critic, criticParameters, observation: observation, state: &state)[0]
  }

  private func output(
    of network: ActorCriticNetwork, _ parameters: [Float], observation: [Float], state: inout [Float]
  ) -> [Float] {
    precondition(
      observation.count == observationCount,
      "expected \(observationCount) observation entries, got \(observation.count)")
    precondition(
      state.count == network.stateCount,
      "expected a recurrent state of \(network.stateCount) numbers, got \(state.count)")
    var tape = Tape(for: network, steps: 1)
    network.forward(parameters, inputs: observation, steps: 0..<1, state: &state, tape: &tape)
    return tape.outputs
  }
}
