import Foundation
import MetaLR

/// Checks the trainee, trains a controller on it, saves it, loads it, and applies it to runs that it has never seen.
@main
struct CustomTrainee {
  static func main() throws {
    var check = TraineeCheckConfiguration()
    check.learningRate = 0.05
    let violations = try checkTrainee(SineTrainee(), configuration: check).violations
    guard violations.isEmpty else { return print(violations) }

    var configuration = ControllerTraining.Configuration()
    configuration.episodes = 120
    configuration.seed = 2
    var training = try ControllerTraining(configuration: configuration)
    let description = ProblemDescription(
      dataset: "sin(3x)", datasetHash: "", splitSizes: [], model: "1-16-1 tanh", optimizer: "sgd",
      batchSize: 16)
    let plan = RunPlan(stepBudget: 200, interval: 10)
    let problems = ProblemList([Problem(description, plan: plan) { _ in SineTrainee() }])
    let pool = TraineePool(workers: 2)
    while !training.isFinished { try training.advance(problems: problems, on: pool) }

    let path = FileManager.default.temporaryDirectory.appendingPathComponent("sine.ckpt").path
    let card = ControllerCard(
      problems: problems.description, training: configuration, episodes: training.state.episodeCount,
      steps: training.state.stepCount, evaluation: [])
    try Checkpoint(controller: training.controller, card: card).write(to: path)

    let controller = try Checkpoint(contentsOf: path).controller
    print(
      "rate at the start   constant   untrained   trained   (median of the last validation loss, 15 new seeds)"
    )
    for rate in configuration.initialLearningRates {
      let losses = try [
        median(of: ConstantRate(rate), from: rate, plan: plan),
        median(of: training.untrainedController().session(), from: rate, plan: plan),
        median(of: controller.session(), from: rate, plan: plan),
      ]
      print("\(rate)", losses.map { String(format: "%.4f", $0) }.joined(separator: "   "), separator: "   ")
    }
  }

  static func median(of source: some RateSource, from rate: Double, plan: RunPlan) throws -> Double {
    let losses = try (1000..<1015).map { seed in
      var source = source
      return try TrainingRun(
        of: SineTrainee(), ratesFrom: &source, seed: UInt64(seed), initialLearningRate: rate, plan: plan
      ).final.validationLoss
    }
    return losses.sorted()[7]
  }
}
