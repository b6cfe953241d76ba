import Foundation
import Randomness
import Testing

@testable import PPO

@Suite("Gradients of the losses against central differences")
struct GradientTests {
  static let shapes: [NetworkShape] = [
    .mlp(hidden: 5), .lstm(hidden: 4), .gru(embedding: 3, hidden: 4),
  ]

  /// Two sequences of 4 and 3 steps, 3 observation entries, 2 action entries.
  ///
  /// Old log probabilities are shifted so that ratios fall below, within and above the clip range, with advantages
  /// of both signs: every branch of the surrogate.
  private func material(_ shape: NetworkShape) throws -> (ActorCritic, Minibatch) {
    var generator = SeededGenerator(seed: 7)
    let configuration = ActorCritic.Configuration(
      observationCount: 3, actionCount: 2, actor: shape, critic: shape)
    let initial = try ActorCritic(configuration: configuration, using: &generator)
    // Away from the initial point, where biases are 0 and the policy's head is tiny.
    let policy = try ActorCritic(
      configuration: configuration,
      actorParameters: initial.actorParameters.map { $0 + 0.3 * Float(generator.nextNormal()) },
      criticParameters: initial.criticParameters.map { $0 + 0.3 * Float(generator.nextNormal()) })
    var minibatch = Minibatch()
    minibatch.sequences = [0..<4, 4..<7]
    let shifts: [Float] = [0, 0.1, -0.1, 0.6, -0.6, 0.5, -0.5]
    minibatch.advantages = [1, -2, 0.5, 1.5, 1, -1, -0.7]
    minibatch.returns = [1, 0, -1, 2, 0.5, -2, 1]
    for sequence in minibatch.sequences {
      var state = policy.initialState
      for step in sequence {
        let observation = (0..<3).map { _ in Float(generator.nextNormal()) }
        let decision = policy.act(observation: observation, state: &state, using: &generator)
        minibatch.observations += observation
        minibatch.actions += decision.action
        minibatch.logProbabilities.append(decision.logProbability - shifts[step])
      }
    }
    return (policy, minibatch)
  }

  /// The gradient that `loss` fills in, after holding it against central differences of what `loss` returns.
  private func checkedGradient(
    of policy: ActorCritic, by parameters: WritableKeyPath<ActorCritic, [Float]>,
    loss: (ActorCritic, inout [Float]) -> Double
  ) -> [Float] {
    // Parameters are single precision: this step balances its rounding against the third derivative.
    let width: Float = 4e-3
    var gradient = policy[keyPath: parameters]
    _ = loss(policy, &gradient)
    for index in gradient.indices {
      var (above, below, unused) = (policy, policy, gradient)
      above[keyPath: parameters][index] += width
      below[keyPath: parameters][index] -= width
      let difference = loss(above, &unused) - loss(below, &unused)
      let slope = difference / Double(above[keyPath: parameters][index] - below[keyPath: parameters][index])
      #expect(abs(slope - Double(gradient[index])) < 1e-4, "parameter \(index)")
    }
    return gradient
  }

  @Test("The actor's gradient, with clipped and unclipped steps and an entropy bonus", arguments: shapes)
  func actor(shape: NetworkShape) throws {
    let (policy, minibatch) = try material(shape)
    var tape = Tape(for: policy.actor, steps: 7)
    func loss(_ policy: ActorCritic, _ gradient: inout [Float]) -> PolicyLoss {
      policy.policyLoss(
        minibatch, clipRange: 0.2, entropyCoefficient: 0.05, tape: &tape, gradient: &gradient)
    }
    let gradient = checkedGradient(of: policy, by: \.actorParameters) { policy, gradient in
      loss(policy, &gradient).surrogate - 0.05 * policy.entropy
    }
    var unused = gradient
    #expect(abs(loss(policy, &unused).clipFraction - 4.0 / 7) < 1e-9)
    #expect(gradient.suffix(2).allSatisfy { abs($0) > 0.01 })
  }

  @Test("The critic's gradient", arguments: shapes)
  func critic(shape: NetworkShape) throws {
    let (policy, minibatch) = try material(shape)
    var tape = Tape(for: policy.critic, steps: 7)
    _ = checkedGradient(of: policy, by: \.criticParameters) { policy, gradient in
      policy.valueLoss(minibatch, tape: &tape, gradient: &gradient)
    }
  }

  @Test("The actor's gradient when it imitates", arguments: shapes)
  func imitation(shape: NetworkShape) throws {
    let (policy, minibatch) = try material(shape)
    var tape = Tape(for: policy.actor, steps: 7)
    let gradient = checkedGradient(of: policy, by: \.actorParameters) { policy, gradient in
      policy.imitationLoss(minibatch, tape: &tape, gradient: &gradient)
    }
    #expect(gradient.suffix(2) == [0, 0])
  }
}
