import MetaLR
import Reports

/// The log of a training: one row for each episode, or for each update where episodes come in groups, with the
/// diagnostics of the update.
struct EpisodeLog {
  private let state: ControllerTraining.State
  /// When each update was made.
  private let times: [Double]

  /// - Parameters:
  ///   - state: The training.
  ///   - times: When each update was made, in seconds since 1970.
  init(_ state: ControllerTraining.State, times: [Double]) {
    (self.state, self.times) = (state, times)
  }

  func write(to path: String) throws {
    try (state.configuration.groupSize > 1 ? updates : episodes).write(to: path)
  }

  private static let diagnostics = [
    "policy_loss", "value_loss", "entropy", "approximate_kl", "clip_fraction", "explained_variance",
  ]

  private static func values(_ statistics: UpdateStatistics?) -> [String] {
    guard let statistics else { return diagnostics.map { _ in "" } }
    return [
      statistics.policyLoss, statistics.valueLoss, statistics.entropy, statistics.approximateKL,
      statistics.clipFraction,
    ].map { "\($0)" } + [statistics.explainedVariance.map { "\($0)" } ?? ""]
  }

  private var episodes: CSVTable {
    var table = CSVTable(
      columns: [
        "episode", "update", "problem", "seed", "initial_learning_rate", "highest_learning_rate",
        "final_learning_rate", "return", "best_validation_loss", "final_validation_loss", "diverged",
      ] + Self.diagnostics)
    for update in state.updates {
      for episode in update.episodes {
        table.addRow(
          [
            "\(episode.episode)", "\(update.update)", episode.problem, "\(episode.seed)",
            "\(episode.initialLearningRate)", "\(episode.highestLearningRate)",
            "\(episode.finalLearningRate)", "\(episode.totalReward)", "\(episode.bestValidationLoss)",
            "\(episode.finalValidationLoss)", "\(episode.hasDiverged)",
          ] + Self.values(update.statistics))
      }
    }
    return table
  }

  private var updates: CSVTable {
    var table = CSVTable(
      columns: ["update", "episodes", "mean_return", "diverged_share"] + Self.diagnostics)
    for update in state.updates {
      table.addRow(
        [
          "\(update.update)", "\(update.episodeCount)", "\(update.meanReturn)", "\(update.divergedShare)",
        ] + Self.values(update.statistics))
    }
    return table
  }

  /// The same for TensorBoard.
  var events: TensorBoardLog {
    var log = TensorBoardLog(wallTime: times.first ?? EventTime.now)
    let problems = Set(state.episodes.map(\.problem)).count
    for (update, time) in zip(state.updates, times) {
      func add(_ scalars: [(String, Double)], step: Int) {
        for (tag, value) in scalars { log.addScalar(value, tag: tag, step: step, wallTime: time) }
      }
      for episode in update.episodes {
        let group = problems == 1 ? "episode" : "episode on \(episode.problem)"
        add(
          [
            ("\(group)/return", episode.totalReward),
            ("\(group)/best validation loss", episode.bestValidationLoss),
            ("\(group)/final validation loss", episode.finalValidationLoss),
            ("\(group)/final learning rate", episode.finalLearningRate),
          ], step: episode.episode)
      }
      if update.episodes.isEmpty {
        add(
          [("update/mean return", update.meanReturn), ("update/diverged share", update.divergedShare)],
          step: update.update)
      }
      guard let statistics = update.statistics else { continue }
      add(
        [
          ("update/policy loss", statistics.policyLoss), ("update/value loss", statistics.valueLoss),
          ("update/entropy", statistics.entropy), ("update/approximate KL", statistics.approximateKL),
          ("update/clip fraction", statistics.clipFraction),
        ], step: update.update)
    }
    return log
  }
}
