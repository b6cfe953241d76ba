import Foundation
import MetaLR

/// Learns sin(3x) on [-1, 1] with one hidden layer of 16 tanh units, by plain gradient descent.
final class SineTrainee: Trainee {
  private static let units = 16
  private static let validation = (0..<101).map { -1 + 0.02 * Double($0) }

  /// All that a run goes on from: per unit the weight of x, the bias and the output weight; then the output bias.
  private struct State: Codable {
    var weights: [Double]
    var generator: SeededGenerator
    var predictions: [Double] = []
    var step = 0
    let stepBudget: Int
  }
  private var state = State(weights: [], generator: SeededGenerator(seed: 0), stepBudget: 1)

  func reset(seed: UInt64, stepBudget: Int, learningRate: Double) -> Observation {
    var generator = SeededGenerator(seed: seed)
    let weights = (0..<3 * Self.units).map { _ in generator.nextNormal() / 2 } + [0]
    state = State(weights: weights, generator: generator, stepBudget: stepBudget)
    return observe(trainLoss: nil, learningRate: learningRate)
  }

  func train(learningRates: [Double]) -> Observation {
    var total = 0.0
    for rate in learningRates {
      var gradient = [Double](repeating: 0, count: state.weights.count)
      for _ in 0..<16 {
        let input = state.generator.nextUniform(in: -1..<1)
        let (output, hidden) = predict(input)
        let error = output - sin(3 * input)
        total += error * error / 32
        for unit in 0..<Self.units {
          let slope = error * state.weights[3 * unit + 2] * (1 - hidden[unit] * hidden[unit])
          gradient[3 * unit] += slope * input / 16
          gradient[3 * unit + 1] += slope / 16
          gradient[3 * unit + 2] += error * hidden[unit] / 16
        }
        gradient[3 * Self.units] += error / 16
      }
      for index in gradient.indices { state.weights[index] -= rate * gradient[index] }
      state.step += 1
    }
    return observe(
      trainLoss: total / Double(learningRates.count), learningRate: learningRates[learningRates.count - 1])
  }

  func evaluate() -> Evaluation {
    let errors = Self.validation.map { abs(predict($0 + 0.01).output - sin(3 * ($0 + 0.01))) }
    return Evaluation(
      loss: errors.reduce(0) { $0 + $1 * $1 / 2 } / Double(errors.count),
      accuracy: Double(errors.count { $0 < 0.1 }) / Double(errors.count))
  }

  func snapshot() throws -> Data { try JSONEncoder().encode(state) }

  func restore(_ snapshot: Data) throws { state = try JSONDecoder().decode(State.self, from: snapshot) }

  private func predict(_ input: Double) -> (output: Double, hidden: [Double]) {
    let weights = state.weights
    let hidden = (0..<Self.units).map { tanh(weights[3 * $0] * input + weights[3 * $0 + 1]) }
    return (hidden.indices.reduce(weights[3 * Self.units]) { $0 + weights[3 * $1 + 2] * hidden[$1] }, hidden)
  }

  private func observe(trainLoss: Double?, learningRate: Double) -> Observation {
    let predictions = Self.validation.map { predict($0).output }
    let loss = zip(predictions, Self.validation).map { ($0 - sin(3 * $1)) * ($0 - sin(3 * $1)) / 2 }.mean
    let changes = state.predictions.isEmpty ? [0] : zip(predictions, state.predictions).map { $0 - $1 }
    let outputWeights = (0..<Self.units).map { state.weights[3 * $0 + 2] }
    state.predictions = predictions
    return Observation(
      step: state.step, stepBudget: state.stepBudget, trainLoss: trainLoss ?? loss, validationLoss: loss,
      // A regression has no probabilities: the variances are those of its outputs, held to what probabilities can have.
      predictionVariance: min(predictions.variance, 0.25),
      predictionChangeVariance: min(changes.variance, 1), weightMean: outputWeights.mean,
      weightVariance: outputWeights.variance, learningRate: learningRate)
  }
}

extension [Double] {
  fileprivate var mean: Double { reduce(0, +) / Double(count) }
  fileprivate var variance: Double { map { ($0 - mean) * ($0 - mean) }.mean }
}
