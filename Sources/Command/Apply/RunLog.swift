import Experiments
import Reports

/// Every reading of every run.
struct RunLog {
  private var table = CSVTable(columns: [
    "method", "initial_learning_rate", "seed", "step", "learning_rate", "train_loss", "validation_loss",
    "prediction_variance", "prediction_change_variance", "weight_mean", "weight_variance",
  ])

  init(_ results: [MethodRuns]) {
    for result in results {
      for run in result.runs {
        for reading in run.observations {
          let numbers = [
            reading.learningRate, reading.trainLoss, reading.validationLoss, reading.predictionVariance,
            reading.predictionChangeVariance, reading.weightMean, reading.weightVariance,
          ]
          table.addRow(
            [result.method, "\(result.initialLearningRate)", "\(run.seed)", "\(reading.step)"]
              + numbers.map { "\($0)" })
        }
      }
    }
  }

  func write(to path: String) throws {
    try table.write(to: path)
  }
}
