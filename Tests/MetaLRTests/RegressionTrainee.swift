import Foundation
import MetaLR
import Randomness

/// A real, tiny trainee: linear regression on 64 points by stochastic gradient descent, with two "classes" of
/// prediction so that every number of an observation means something.
final class RegressionTrainee: Trainee {
  private static let size = 6
  private let firstLoss: Double?
  private let lowestLoss: Double
  private var weights: [Double] = []
  private var target: [Double] = []
  private var generator = SeededGenerator(seed: 0)
  private var observation: Observation?
  private var predictions: [Double] = []

  init(firstLoss: Double? = nil, lowestLoss: Double = 0.05) {
    self.firstLoss = firstLoss
    self.lowestLoss = lowestLoss
  }

  func reset(seed: UInt64, stepBudget: Int, learningRate: Double) throws -> Observation {
    generator = SeededGenerator(seed: seed)
    target = (0..<Self.size).map { _ in generator.nextNormal() }
    weights = Array(repeating: 0, count: Self.size)
    predictions = []
    return observe(
      step: 0, stepBudget: stepBudget, trainLoss: firstLoss ?? validationLoss(), learningRate: learningRate)
  }

  func train(learningRates: [Double]) throws -> Observation {
    guard let last = observation else { throw Interrupted() }
    var total = 0.0
    for rate in learningRates {
      let inputs = (0..<Self.size).map { _ in generator.nextNormal() }
      let error = zip(inputs, zip(weights, target)).reduce(0.3 * generator.nextNormal()) {
        $0 + $1.0 * ($1.1.0 - $1.1.1)
      }
      total += error * error / 2
      for index in weights.indices { weights[index] -= rate * error * inputs[index] }
    }
    return observe(
      step: last.step + learningRates.count, stepBudget: last.stepBudget,
      trainLoss: total / Double(learningRates.count), learningRate: learningRates[learningRates.count - 1])
  }

  func evaluate() throws -> Evaluation {
    Evaluation(loss: validationLoss(), accuracy: 1 / (1 + validationLoss()))
  }

  func snapshot() throws -> Data {
    try JSONEncoder().encode(
      State(
        weights: weights, target: target, predictions: predictions, generator: generator,
        observation: observation))
  }

  func restore(_ snapshot: Data) throws {
    let state = try JSONDecoder().decode(State.self, from: snapshot)
    (weights, target, predictions) = (state.weights, state.target, state.predictions)
    (generator, observation) = (state.generator, state.observation)
  }

  private struct State: Codable {
    let weights, target, predictions: [Double]
    let generator: SeededGenerator
    let observation: Observation?
  }

  private func validationLoss() -> Double {
    lowestLoss + zip(weights, target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 2
  }

  private func observe(step: Int, stepBudget: Int, trainLoss: Double, learningRate: Double) -> Observation {
    let now = weights.map { 1 / (1 + exp(-$0)) }
    let change = predictions.isEmpty ? 0 : variance(zip(now, predictions).map { $0 - $1 })
    predictions = now
    let next = Observation(
      step: step, stepBudget: stepBudget, trainLoss: trainLoss, validationLoss: validationLoss(),
      predictionVariance: variance(now), predictionChangeVariance: change,
      weightMean: weights.reduce(0, +) / Double(weights.count), weightVariance: variance(weights),
      learningRate: learningRate)
    observation = next
    return next
  }

  private func variance(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
  }
}
