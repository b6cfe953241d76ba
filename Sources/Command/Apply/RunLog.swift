import Experiments
import MetaLR
import Reports

/// Every reading of every run.
struct RunLog {
  private var table = CSVTable(columns: [
    "method", "initial_learning_rate", "seed", "step", "learning_rate", "train_loss", "validation_loss",
    "prediction_variance", "prediction_change_variance", "weight_mean", "weight_variance",
    "verdict", "source", "out_of_distribution",
  ])
  private static let measures: [Measure] = [
    .trainLoss, .validationLoss, .predictionVariance, .predictionChangeVariance, .weightMean, .weightVariance,
  ]

  /// - Parameters:
  ///   - results: The runs.
  ///   - guardian: Its words on the controller's runs; the columns stay empty for others.
  init(_ results: [MethodRuns], _ guardian: GuardianLog) {
    var decisions = guardian.decisions.makeIterator()
    for result in results {
      for run in result.runs {
        let decisions = result.method == GuardianLog.method ? decisions.next() ?? [] : []
        for (index, reading) in run.observations.enumerated() {
          let numbers = [reading.learningRate] + Self.measures.map { reading[$0] }
          table.addRow(
            [result.method, "\(result.initialLearningRate)", "\(run.seed)", "\(reading.step)"]
              + numbers.map { $0.map { "\($0)" } ?? "" }
              + Self.words(index < decisions.count ? decisions[index] : nil))
        }
      }
    }
  }

  private static func words(_ decision: GuardedDecision?) -> [String] {
    guard let decision else { return ["", "", ""] }
    return [
      decision.verdict.rawValue, decision.source, decision.outOfDistribution.map { "\($0)" } ?? "",
    ]
  }

  func write(to path: String) throws {
    try table.write(to: path)
  }
}
