import Foundation
import MetaLR

/// Gradient descent on `loss(x) = 0.1 + x² / 2` from a point that the seed decides: a step at rate r multiplies x by 1 - r.
final class SlopeTrainee: Trainee {
  private struct Place: Codable {
    var x = 0.0
    var step = 0
    var stepBudget = 1
    var learningRate = 0.0
  }
  private var place = Place()

  /// Runs of `steps` steps, of which a controller decides after every second.
  static func problem(_ name: String = "slope", steps: Int = 8) -> Problem {
    let plan = RunPlan(stepBudget: steps, interval: 2)
    return Problem(
      ProblemDescription(
        dataset: name, datasetHash: "", splitSizes: [], model: "", optimizer: "sgd", batchSize: 1, plan: plan),
      plan: plan
    ) { _ in SlopeTrainee() }
  }

  func reset(seed: UInt64, stepBudget: Int, learningRate: Double) -> Observation {
    place = Place(x: 1 + Double(seed % 7) / 10, stepBudget: stepBudget, learningRate: learningRate)
    return observation
  }

  func train(learningRates: [Double]) -> Observation {
    for rate in learningRates { place.x *= 1 - rate }
    place.step += learningRates.count
    place.learningRate = learningRates.last ?? 0
    return observation
  }

  func evaluate() -> Evaluation { Evaluation(loss: loss, accuracy: 1 / (1 + place.x * place.x)) }

  func snapshot() throws -> Data { try JSONEncoder().encode(place) }

  func restore(_ snapshot: Data) throws { place = try JSONDecoder().decode(Place.self, from: snapshot) }

  private var loss: Double { 0.1 + place.x * place.x / 2 }

  private var observation: Observation {
    Observation(
      step: place.step, stepBudget: place.stepBudget, learningRate: place.learningRate,
      measures: MeasureValues([.trainLoss: loss, .validationLoss: loss]))
  }
}
