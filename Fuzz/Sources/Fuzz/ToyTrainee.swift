import Foundation
import MetaLR
import Trainee

/// A trainee whose one weight goes down a parabola: as cheap as a training can be.
final class ToyTrainee: Trainee {
  private var weight = 1.0
  private var step = 0
  private var stepBudget = 1

  func reset(seed: UInt64, stepBudget: Int, learningRate: Double) -> Observation {
    (weight, step, self.stepBudget) = (1 + Double(seed % 8) / 8, 0, stepBudget)
    return observe(learningRate)
  }

  func train(learningRates: [Double]) -> Observation {
    for rate in learningRates { weight -= rate * weight }
    step &+= learningRates.count
    return observe(learningRates.last ?? 0)
  }

  func look(learningRate: Double) -> Observation? {
    var seen = Self.observation(
      step: 0, stepBudget: stepBudget, loss: (weight - learningRate * weight) * weight, rate: learningRate)
    seen[.lossBeforeTrial] = weight * weight
    return seen
  }

  func evaluate() -> Evaluation { Evaluation(loss: weight * weight, accuracy: 0.5) }
  func snapshot() -> Data { withUnsafeBytes(of: (weight, step)) { Data($0) } }
  func restore(_ snapshot: Data) throws {
    guard snapshot.count == MemoryLayout<(Double, Int)>.size else { throw Interrupted() }
    (weight, step) = snapshot.withUnsafeBytes { $0.loadUnaligned(as: (Double, Int).self) }
  }

  private func observe(_ rate: Double) -> Observation {
    Self.observation(step: step, stepBudget: stepBudget, loss: weight * weight, rate: rate)
  }

  /// A reading with most measures.
  static func observation(step: Int, stepBudget: Int = 100, loss: Double, rate: Double) -> Observation {
    var observation = Observation(
      step: step, stepBudget: stepBudget, trainLoss: loss, validationLoss: loss, predictionVariance: 0.1,
      predictionChangeVariance: 0.01, weightMean: 0, weightVariance: 1, learningRate: rate)
    let more: [Measure: Double] = [
      .gradientNorm: 1, .gradientCosine: 0.1, .updateNorm: rate, .chanceLoss: 2.3, .usualLearningRate: 1e-3,
      .batchSize: 32, .exampleCount: 1000, .parameterCount: 100, .classCount: 10,
    ]
    for (measure, value) in more { observation[measure] = value }
    return observation
  }

  /// Eight steps on it.
  static let problem = Problem(
    ProblemDescription(
      dataset: "parabola", datasetHash: "", splitSizes: [1], model: "one weight", optimizer: "sgd",
      batchSize: 1),
    plan: RunPlan(stepBudget: 8, interval: 2)
  ) { _ in ToyTrainee() }

  /// A training of two episodes, of which one update is done.
  static func training(
    actor: NetworkShape, features: FeatureList = .extended,
    changing: (inout ControllerTraining.Configuration) -> Void = { _ in }
  ) throws -> ControllerTraining {
    var configuration = ControllerTraining.Configuration()
    (configuration.episodes, configuration.episodesPerUpdate) = (4, 2)
    (configuration.actor, configuration.critic) = (actor, .mlp(hidden: 2))
    (configuration.ppo.epochs, configuration.ppo.minibatches) = (2, 2)
    configuration.features = features
    changing(&configuration)
    var training = try ControllerTraining(configuration: configuration)
    try training.advance(problems: ProblemList([problem]), on: TraineePool(workers: 1))
    return training
  }

  /// The controller of such a training.
  static func checkpoint(actor: NetworkShape, features: FeatureList = .extended) throws -> Checkpoint {
    let training = try training(actor: actor, features: features)
    return Checkpoint(
      controller: training.controller,
      card: ControllerCard(
        problems: ProblemList([problem]).description, training: training.configuration, episodes: 2,
        steps: training.state.stepCount, evaluation: []))
  }
}
