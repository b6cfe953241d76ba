import Files
import Foundation
import MetaLR

/// What a training begins from.
struct TrainingStart {
  /// What its trainees are, task by task.
  let trainees: [ProblemDescription]
  let trained: Checkpoint?
  let configuration: ControllerTraining.Configuration

  var earlier: [ControllerCard] { trained?.card.lineage ?? [] }
}

extension TrainController {
  /// Begins a training, or takes up the saved one, which the first rank reads for all.
  func begin(
    _ start: TrainingStart, files: ControllerFiles, job: Job
  ) throws -> ControllerTraining {
    let configuration = start.configuration
    let saved = try job.onFirst {
      let store = TrainingStateStore(folder: files.state)
      if restart { store.remove() }
      guard resume else {
        guard store.isEmpty else { throw UnfinishedTraining(output: files.checkpoint, folder: files.state) }
        return [SavedTraining]()
      }
      let saved = try store.newest()
      var begun = saved.state.configuration
      begun.episodes = configuration.episodes
      guard saved.trainees == start.trainees, saved.earlier == start.earlier, begun == configuration else {
        throw ChangedOptions(folder: files.state)
      }
      return [saved]
    }
    return try saved.first.map {
      ControllerTraining(resuming: $0.state, episodes: configuration.episodes)
    }
      ?? ControllerTraining(configuration: configuration, from: start.trained?.controller)
  }

  /// Trains to the end, saving the state and the log before the first update and after each.
  ///
  /// The first save shows at once whether the folder can be written.
  func train(
    _ training: inout ControllerTraining, from start: TrainingStart, on pools: [TraineePool],
    files: ControllerFiles, job: Job, interrupt: Interrupt
  ) throws {
    let board = EpisodeBoard(training.state.episodes, tasks: pools.count)
    let progress = ProgressReporter(
      unit: .things("episode"), total: training.configuration.episodes, done: board.count, options: show)
    defer { progress.finish() }
    if job.isFirst { try save(training.state, from: start, files: files) }
    progress.update(done: board.count)
    while !training.isFinished {
      do {
        try training.advance(on: pools, shouldStop: { interrupt.isRequested }) { episode in
          let (count, details) = board.add(episode)
          progress.update(done: count, details: details)
        }
      } catch is Interrupted {
        throw interrupt.error(advice: "Give the same command with --resume to go on.")
      }
      if job.isFirst { try save(training.state, from: start, files: files) }
    }
  }

  private func save(_ state: ControllerTraining.State, from start: TrainingStart, files: ControllerFiles)
    throws
  {
    try writingOutput {
      try TrainingStateStore(folder: files.state).save(
        SavedTraining(trainees: start.trainees, earlier: start.earlier, state: state))
      let datasets = start.trainees.map(\.dataset)
      try EpisodeLog(state, datasets: datasets).write(to: files.log)
      try EpisodeLog.events(state, datasets: datasets).write(to: files.events)
    }
  }
}

/// A training of the same name is not finished.
struct UnfinishedTraining: Error, CustomStringConvertible {
  let output: String
  let folder: String

  var description: String {
    "An unfinished training of '\(output)' is in '\(folder)'. "
      + "Go on with it by --resume, forget it by --restart, or choose another --output."
  }
}

/// A training is to be resumed with other options than it was begun with.
struct ChangedOptions: Error, CustomStringConvertible {
  let folder: String

  var description: String {
    "The training in '\(folder)' was begun with other options or other data. "
      + "Give the options that it was begun with (--episodes may differ), or begin again by --restart."
  }
}
