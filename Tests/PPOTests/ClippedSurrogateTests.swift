import Foundation
import Randomness
import Testing

@testable import PPO

@Suite("The clipped surrogate")
struct ClippedSurrogateTests {
  /// Ratio, advantage, loss, derivative, at clip range 0.2 (Schulman et al., 2017, figure 1).
  static let cases: [(ratio: Float, advantage: Float, loss: Float, derivative: Float)] = [
    (1, 2, -2, -2),
    (1.1, 2, -2.2, -2),
    (1.5, 2, -2.4, 0),
    (0.5, 2, -1, -2),
    (0.9, -2, 1.8, 2),
    (0.5, -2, 1.6, 0),
    (1.5, -2, 3, 2),
    (1.5, 0, 0, 0),
  ]

  @Test("Known values on both sides of both bounds", arguments: cases.indices)
  func knownValues(index: Int) {
    let known = Self.cases[index]
    let result = clippedSurrogate(ratio: known.ratio, advantage: known.advantage, clipRange: 0.2)
    #expect(abs(result.loss - known.loss) < 1e-6)
    #expect(result.derivative == known.derivative)
  }

  @Test("The approximate KL divergence is (ratio - 1) - log ratio, and near the true one")
  func approximateKL() throws {
    var generator = SeededGenerator(seed: 4)
    let configuration = ActorCritic.Configuration(observationCount: 1)
    let old = try ActorCritic(configuration: configuration, using: &generator)
    var parameters = old.actorParameters
    // The bias of the mean, before the log standard deviation.
    parameters[parameters.count - 2] += 0.1
    let new = try ActorCritic(
      configuration: configuration, actorParameters: parameters, criticParameters: old.criticParameters)
    var (minibatch, byHand, state) = (Minibatch(), 0.0, old.initialState)
    let count = 20_000
    let deviation = exp(-0.5)
    let mean = Double(old.meanAction(observation: [0.5], state: &state)[0])
    for _ in 0..<count {
      let decision = old.act(observation: [0.5], state: &state, using: &generator)
      minibatch.observations.append(0.5)
      minibatch.actions += decision.action
      minibatch.logProbabilities.append(decision.logProbability)
      minibatch.advantages.append(1)
      let z = (Double(decision.action[0]) - mean) / deviation
      let logRatio = (z * z - (z - 0.1 / deviation) * (z - 0.1 / deviation)) / 2
      byHand += (exp(logRatio) - 1 - logRatio) / Double(count)
    }
    minibatch.sequences = [0..<count]
    var tape = Tape(for: new.actor, steps: count)
    var gradient = new.actorParameters
    let loss = new.policyLoss(
      minibatch, clipRange: 0.2, entropyCoefficient: 0, tape: &tape, gradient: &gradient)
    #expect(abs(loss.approximateKL - byHand) < 1e-5)
    // Two normal distributions, means 0.1 apart: 0.1^2 / (2 sigma^2).
    #expect(abs(loss.approximateKL - 0.005 / (deviation * deviation)) < 1e-3)
  }
}
