import Foundation
import MetaLR

/// Gradient descent on `loss(x) = 0.1 + x^2 / 2` from a point that the seed decides: after one step at rate r, x is
/// (1 - r) times what it was.
final class QuadraticTrainee: Trainee {
  private var place = 0.0
  private var observation = QuadraticTrainee.observation(of: 1, step: 0, stepBudget: 1, learningRate: 0)

  func reset(seed: UInt64, stepBudget: Int, learningRate: Double) -> Observation {
    place = 1 + Double(seed % 7) / 10
    observation = Self.observation(of: place, step: 0, stepBudget: stepBudget, learningRate: learningRate)
    return observation
  }

  func train(learningRates: [Double]) -> Observation {
    for rate in learningRates { place *= 1 - rate }
    observation = Self.observation(
      of: place, step: observation.step + learningRates.count, stepBudget: observation.stepBudget,
      learningRate: learningRates.last ?? 0)
    return observation
  }

  func evaluate() -> Evaluation {
    Evaluation(loss: 0.1 + place * place / 2, accuracy: 1 / (1 + place * place))
  }

  func snapshot() throws -> Data {
    let encoder = JSONEncoder()
    // Without an order of names, equal snapshots could have different bytes.
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(Saved(place: place, observation: observation))
  }

  func restore(_ snapshot: Data) throws {
    let saved = try JSONDecoder().decode(Saved.self, from: snapshot)
    (place, observation) = (saved.place, saved.observation)
  }

  private struct Saved: Codable {
    let place: Double
    let observation: Observation
  }

  private static func observation(
    of place: Double, step: Int, stepBudget: Int, learningRate: Double
  ) -> Observation {
    let loss = 0.1 + place * place / 2
    return Observation(
      step: step, stepBudget: stepBudget, trainLoss: loss, validationLoss: loss, predictionVariance: 1,
      predictionChangeVariance: 1, weightMean: place, weightVariance: 1, learningRate: learningRate)
  }
}
