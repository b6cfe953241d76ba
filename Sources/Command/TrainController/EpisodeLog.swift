import MetaLR
import Reports

/// The log of a training: one row for each episode, with the diagnostics of the update that learned from it.
struct EpisodeLog {
  private var table = CSVTable(columns: [
    "episode", "update", "seed", "initial_learning_rate", "highest_learning_rate", "final_learning_rate",
    "return", "best_validation_loss", "final_validation_loss", "diverged", "policy_loss", "value_loss",
    "entropy",
    "approximate_kl", "clip_fraction", "explained_variance",
  ])

  /// Collects everything that a training has done so far.
  init(_ state: ControllerTraining.State) {
    for update in state.updates {
      let statistics = update.statistics
      let diagnostics = [
        statistics.policyLoss, statistics.valueLoss, statistics.entropy, statistics.approximateKL,
        statistics.clipFraction,
      ].map { "\($0)" }
      for episode in update.episodes {
        table.addRow(
          [
            "\(episode.episode)", "\(update.update)", "\(episode.seed)", "\(episode.initialLearningRate)",
            "\(episode.highestLearningRate)", "\(episode.finalLearningRate)", "\(episode.totalReward)",
            "\(episode.bestValidationLoss)", "\(episode.finalValidationLoss)", "\(episode.hasDiverged)",
          ] + diagnostics + [statistics.explainedVariance.map { "\($0)" } ?? ""])
      }
    }
  }

  func write(to path: String) throws {
    try table.write(to: path)
  }
}
