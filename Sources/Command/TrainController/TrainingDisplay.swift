import MetaLR
import Synchronization
import Training

/// The progress of a training and of its test.
final class TrainingDisplay: Sendable {
  private let options: OutputOptions
  private let window: Int
  private let showsLoss: Bool
  private let parts = Mutex<(progress: ProgressReporter, board: EpisodeBoard?, tested: Int)?>(nil)

  init(_ job: TrainingJob, options: OutputOptions) {
    self.options = options
    let configuration = job.configuration
    // About three updates' worth of small ones.
    window = max(12, configuration.groupSize > 1 ? configuration.episodesPerUpdate : 0)
    showsLoss = job.problems.description.problems.count == 1
  }

  /// Shows what happened.
  func show(_ event: TrainingJob.Event) {
    parts.withLock { parts in
      switch event {
      case .began(let done, let total, let bestLoss):
        let progress = ProgressReporter(unit: .things("episode"), total: total, done: done, options: options)
        progress.update(done: done)
        let board = EpisodeBoard(done: done, bestLoss: bestLoss, window: window, showsLoss: showsLoss)
        parts = (progress, board, 0)
      case .episode(let episode):
        guard let (count, details) = parts?.board?.add(episode) else { return }
        parts?.progress.update(done: count, details: details)
      case .updated: break
      case .testing(let runs):
        parts?.progress.finish()
        let progress = ProgressReporter(unit: .things("test run"), total: runs, options: options)
        progress.update(done: 0)
        parts = (progress, nil, 0)
      case .tested:
        parts?.tested += 1
        if let parts { parts.progress.update(done: parts.tested) }
      }
    }
  }

  /// Ends the line of the progress.
  func finish() {
    parts.withLock { $0?.progress.finish() }
  }
}
