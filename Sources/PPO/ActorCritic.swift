import Foundation
import NeuralNet
import Randomness

/// A policy and its critic: two separate networks over the same observations.
///
/// The actor's head gives the mean of a normal distribution of actions, whose standard deviations do not depend on
/// the observation; the critic's head gives the value. Each network's parameters are one flat array, laid out as its
/// table says.
public struct ActorCritic: Sendable, Equatable {
  /// Sizes and kinds of the networks.
  public let configuration: Configuration
  /// The actor's parameters, log standard deviations last.
  public internal(set) var actorParameters: [Float]
  /// The critic's parameters.
  public internal(set) var criticParameters: [Float]

  let actor: ActorCriticNetwork
  let critic: ActorCriticNetwork

  /// A policy with orthogonal weights, which at first acts almost alike whatever it sees.
  ///
  /// Gains are sqrt 2 for tanh layers, 1 for LSTM weights, 0.01 for the policy's head and 1 for the critic's; biases are
  /// 0 (Huang et al., 2022, "The 37 Implementation Details of PPO"), but 1 for forget gates.
  ///
  /// - Throws: ``PPOError/invalidOption(name:value:requirement:)``.
  public init(
    configuration: Configuration, using generator: inout SeededGenerator
  ) throws(PPOError) {
    try configuration.validate()
    self.configuration = configuration
    (actor, critic) = Self.networks(configuration)
    actorParameters = actor.initialParameters(headGain: 0.01, using: &generator)
    let logStandardDeviations = actor.table.count - configuration.actionCount..<actor.table.count
    for index in logStandardDeviations {
      actorParameters[index] = configuration.initialLogStandardDeviation
    }
    criticParameters = critic.initialParameters(headGain: 1, using: &generator)
  }

  /// A policy from saved parameters.
  ///
  /// - Throws: ``PPOError/invalidOption(name:value:requirement:)``;
  ///   ``PPOError/mismatchedState(what:expected:found:)`` when the parameters are of another shape;
  ///   ``PPOError/nonFiniteParameter(network:index:)`` when one of them is not finite.
  public init(
    configuration: Configuration, actorParameters: [Float], criticParameters: [Float]
  ) throws(PPOError) {
    try configuration.validate()
    self.configuration = configuration
    (actor, critic) = Self.networks(configuration)
    self.actorParameters = actorParameters
    self.criticParameters = criticParameters
    for (name, network, parameters) in [
      ("actor", actor, actorParameters), ("critic", critic, criticParameters),
    ] {
      guard parameters.count == network.table.count else {
        throw .mismatchedState(
          what: "\(name)'s parameters", expected: network.table.count, found: parameters.count)
      }
      if let index = parameters.firstIndex(where: { !$0.isFinite }) {
        throw .nonFiniteParameter(network: name, index: index)
      }
    }
  }

  private static func networks(_ configuration: Configuration) -> (
    actor: ActorCriticNetwork, critic: ActorCriticNetwork
  ) {
    (
      ActorCriticNetwork(
        name: "actor", shape: configuration.actor, inputCount: configuration.observationCount,
        outputName: "mean", outputCount: configuration.actionCount,
        extra: ["logStandardDeviation": configuration.actionCount]),
      ActorCriticNetwork(
        name: "critic", shape: configuration.critic, inputCount: configuration.observationCount,
        outputName: "value", outputCount: 1)
    )
  }

  /// The tables of a policy's two networks, before there is a policy.
  ///
  /// - Precondition: The configuration is valid.
  public static func tables(
    of configuration: Configuration
  ) -> (actor: ParameterTable, critic: ParameterTable) {
    let (actor, critic) = networks(configuration)
    return (actor.table, critic.table)
  }

  /// Names, shapes and places of ``actorParameters``: "actor.hidden.weight" and so on.
  public var actorTable: ParameterTable { actor.table }

  /// Names, shapes and places of ``criticParameters``: "critic.hidden.weight" and so on.
  public var criticTable: ParameterTable { critic.table }

  /// Numbers in one observation.
  public var observationCount: Int { configuration.observationCount }

  /// Numbers in one action.
  public var actionCount: Int { configuration.actionCount }

  /// Logarithm of the standard deviation of each action entry.
  public var logStandardDeviations: [Float] { Array(actorParameters.suffix(actionCount)) }

  /// Entries of the observation that the actor has any weight on, in order.
  public var seenEntries: [Int] {
    (0..<observationCount).filter { entry in
      (0..<actor.input.rows).contains { row in
        actorParameters[actor.input.offset + row * observationCount + entry] != 0
      }
    }
  }

  /// Takes all weight from entries of the observation, in both networks.
  mutating func ignore(_ entries: [Int]) {
    func clear(_ weights: MatrixView, in parameters: inout [Float]) {
      for row in 0..<weights.rows {
        for entry in entries { parameters[weights.offset + row * weights.columns + entry] = 0 }
      }
    }
    clear(actor.input, in: &actorParameters)
    clear(critic.input, in: &criticParameters)
  }
}
