import MetaLR
import Reports

/// The log of a training: one row for each episode, with the diagnostics of the update that learned from it.
struct EpisodeLog {
  private var table = CSVTable(columns: [
    "episode", "update", "dataset", "seed", "initial_learning_rate", "highest_learning_rate",
    "final_learning_rate", "return", "best_validation_loss", "final_validation_loss", "diverged",
    "policy_loss", "value_loss", "entropy", "approximate_kl", "clip_fraction", "explained_variance",
  ])

  /// Collects everything that a training has done so far, on data sets of these names in turn.
  init(_ state: ControllerTraining.State, datasets: [String]) {
    for update in state.updates {
      let statistics = update.statistics
      let diagnostics = [
        statistics.policyLoss, statistics.valueLoss, statistics.entropy, statistics.approximateKL,
        statistics.clipFraction,
      ].map { "\($0)" }
      for episode in update.episodes {
        table.addRow(
          [
            "\(episode.episode)", "\(update.update)", datasets[episode.episode % datasets.count],
            "\(episode.seed)", "\(episode.initialLearningRate)",
            "\(episode.highestLearningRate)", "\(episode.finalLearningRate)", "\(episode.totalReward)",
            "\(episode.bestValidationLoss)", "\(episode.finalValidationLoss)", "\(episode.hasDiverged)",
          ] + diagnostics + [statistics.explainedVariance.map { "\($0)" } ?? ""])
      }
    }
  }

  func write(to path: String) throws {
    try table.write(to: path)
  }

  /// The same for TensorBoard, without times of day, so that a training that was resumed writes the same file.
  static func events(_ state: ControllerTraining.State, datasets: [String]) -> TensorBoardLog {
    var log = TensorBoardLog(wallTime: 0)
    for update in state.updates {
      for episode in update.episodes {
        let dataset = datasets[episode.episode % datasets.count]
        let group = datasets.count == 1 ? "episode" : "episode on \(dataset)"
        let scalars = [
          ("return", episode.totalReward), ("best validation loss", episode.bestValidationLoss),
          ("final validation loss", episode.finalValidationLoss),
          ("final learning rate", episode.finalLearningRate),
        ]
        for (tag, value) in scalars {
          log.addScalar(value, tag: "\(group)/\(tag)", step: episode.episode, wallTime: 0)
        }
      }
      let statistics = update.statistics
      let scalars = [
        ("update/policy loss", statistics.policyLoss), ("update/value loss", statistics.valueLoss),
        ("update/entropy", statistics.entropy), ("update/approximate KL", statistics.approximateKL),
        ("update/clip fraction", statistics.clipFraction),
      ]
      for (tag, value) in scalars { log.addScalar(Double(value), tag: tag, step: update.update, wallTime: 0) }
    }
    return log
  }
}
