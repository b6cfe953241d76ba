import Experiments
import Files
import Foundation
import MetaLR

/// The training of a controller from its first episode to its checkpoint: begun or resumed, saved as it goes, tested.
///
/// ```swift
/// let job = TrainingJob(problems: problems, configuration: configuration, files: files)
/// let outcome = try job.run(on: TraineePool(workers: 2), .fresh)
/// ```
///
/// After any stop, a kill included, the same job goes on by ``Start/resumed`` and ends with the same bytes.
public struct TrainingJob: Sendable {
  /// What it trains on.
  public let problems: any ProblemDistribution
  /// The schedules that it imitates, one a problem; empty where it learns by reward.
  public let teachers: [String]
  /// How the controller is trained.
  public let configuration: ControllerTraining.Configuration
  /// A trained controller to begin as; nil to begin anew.
  public let trained: Checkpoint?
  /// Where it writes.
  public let files: ControllerFiles
  /// How the trained controller is tested; nil for no test.
  public let test: (any ControllerTest)?
  /// Whether the controller is written to its checkpoint also where its test does not accept it; false by default, where
  /// it is written as ``ControllerFiles/candidate`` then.
  public var promotesAnyway = false
  /// Files to write when the training begins, and not when it is resumed; none by default.
  public var attachments: [Attachment] = []

  /// A file beside the checkpoint.
  public struct Attachment: Sendable, Equatable {
    /// Where it is written.
    public let path: String
    /// What is written.
    public let data: Data

    /// A file with contents.
    public init(path: String, data: Data) {
      self.path = path
      self.data = data
    }
  }

  /// Seconds between two saves of the state, at least; an update that takes longer is always saved.
  private static let secondsBetweenSaves = 20.0

  /// Creates a job; the properties document each part.
  public init(
    problems: any ProblemDistribution, teachers: [String] = [],
    configuration: ControllerTraining.Configuration, trained: Checkpoint? = nil, files: ControllerFiles,
    test: (any ControllerTest)? = nil
  ) {
    self.problems = problems
    self.teachers = teachers
    self.configuration = configuration
    self.trained = trained
    self.files = files
    self.test = test
  }

  /// What a job begins from.
  public enum Start: Sendable {
    /// Nothing; a saved state or a finished controller is an error.
    case fresh
    /// The saved state.
    case resumed
    /// Nothing; a saved state is removed, a finished controller replaced at the end.
    case restarted
  }

  /// What a job tells while it works.
  public enum Event: Sendable {
    /// So many of so many episodes were done before, with the lowest validation loss of all; infinite where there is none.
    case began(done: Int, total: Int, bestLoss: Double)
    /// An episode ended; told on a worker's thread, one at a time.
    case episode(EpisodeRecord)
    /// An update was made.
    case updated(UpdateRecord)
    /// The test begins, of so many runs.
    case testing(runs: Int)
    /// A run of the test ended; told on a worker's thread.
    case tested
  }

  /// What came of a job.
  public struct Outcome: Sendable {
    /// The finished training.
    public let training: ControllerTraining
    /// What the test came to; nil where there was none.
    public let test: (any ControllerTestResult)?
    /// What was written to the checkpoint.
    public let card: ControllerCard
    /// Where the controller was written: the checkpoint, or the candidate.
    public let path: String
  }

  /// Whether a job like this one makes controllers with such a card.
  public func wouldMake(_ card: ControllerCard) -> Bool {
    card.training == configuration && card.problems == problems.description && card.teachers == teachers
      && card.earlier == earlier
  }

  /// The trainings behind the controller that this one begins as.
  private var earlier: [ControllerCard] { trained?.card.lineage ?? [] }

  /// Trains, tests, and writes the checkpoint; then the state of the training is removed.
  ///
  /// - Parameters:
  ///   - pool: Plays episodes and test runs.
  ///   - start: What to begin from.
  ///   - communicator: The ranks that do the job together, of which the first writes; nil, the default, for none.
  ///   - shouldStop: Asked often; the state is then as after the last update.
  ///   - onEvent: Told what happens.
  /// - Returns: The finished training, its test and its card.
  /// - Throws: `Interrupted`; ``UnfinishedTraining``, ``FinishedTraining`` or ``ChangedTraining`` when what is there does not fit
  ///   `start`;
  ///   `OutputError` around a `FileError` of what it writes; what trainees and configuration throw.
  public func run(
    on pool: TraineePool, _ start: Start, communicator: (any Communicator)? = nil,
    shouldStop: @escaping @Sendable () -> Bool = { false },
    onEvent: @escaping @Sendable (Event) -> Void = { _ in }
  ) throws -> Outcome {
    let isFirst = (communicator?.rank ?? 0) == 0
    var lock: FolderLock?
    defer { withExtendedLifetime(lock) {} }
    var training = try begin(start, communicator, lock: &lock)
    if isFirst, lock == nil { lock = try takeLock() }
    if isFirst, start != .resumed { try attach() }
    onEvent(
      .began(
        done: training.state.episodeCount, total: configuration.episodes,
        bestLoss: training.state.episodes.map(\.bestValidationLoss).min() ?? .infinity))
    // Updates of before a resumption carry its time: the state keeps no clock.
    var times = training.state.updates.map { _ in EventTime.now }
    if isFirst { try save(training.state, times) }
    var lastSave = ContinuousClock.now
    while !training.isFinished {
      let record = try advance(
        &training, on: pool, isFirst: isFirst, times: times, shouldStop: shouldStop, onEvent: onEvent)
      times.append(EventTime.now)
      onEvent(.updated(record))
      let isDue = (ContinuousClock.now - lastSave) / .seconds(1) > Self.secondsBetweenSaves
      if isFirst, isDue || configuration.groupSize == 1 || training.isFinished || shouldStop() {
        try save(training.state, times)
        lastSave = .now
      }
    }
    let result = try test?.run(training, on: pool, shouldStop: shouldStop, onEvent: onEvent)
    let card = ControllerCard(
      problems: problems.description, teachers: teachers, training: configuration,
      episodes: training.state.episodeCount, steps: training.state.stepCount, evaluation: result?.rows ?? [],
      earlier: earlier)
    let isPromoted = promotesAnyway || result?.isAccepted ?? true
    let path = isPromoted ? files.checkpoint : files.candidate
    if isFirst {
      try writing { try Checkpoint(controller: training.controller, card: card).write(to: path) }
      // One of an earlier training would be taken for what came of this one.
      if isPromoted { try? FileManager.default.removeItem(atPath: files.candidate) }
      TrainingStateStore(folder: files.state).remove()
    }
    return Outcome(training: training, test: result, card: card, path: path)
  }

  private func attach() throws {
    try writing { for file in attachments { try AtomicFile.write(file.data, to: file.path) } }
  }

  /// One update; a stop saves what was done so far.
  private func advance(
    _ training: inout ControllerTraining, on pool: TraineePool, isFirst: Bool, times: [Double],
    shouldStop: @escaping @Sendable () -> Bool, onEvent: @escaping @Sendable (Event) -> Void
  ) throws -> UpdateRecord {
    do {
      return try training.advance(
        problems: problems, on: pool, shouldStop: shouldStop, onEpisode: { onEvent(.episode($0)) })
    } catch is Interrupted {
      if isFirst { try save(training.state, times) }
      throw Interrupted()
    }
  }

  /// Keeps other processes from training the same controller.
  private func takeLock() throws -> FolderLock {
    do { return try FolderLock(files.state) } catch { throw OutputError(error: error) }
  }

  /// Begins or resumes the training; a state that is there is locked before it is read or removed.
  private func begin(
    _ start: Start, _ communicator: (any Communicator)?, lock: inout FolderLock?
  ) throws -> ControllerTraining {
    func find() throws -> [SavedTraining] {
      let store = TrainingStateStore(folder: files.state)
      if FileManager.default.fileExists(atPath: files.state) { lock = try takeLock() }
      let finished = [files.checkpoint, files.candidate].first(where: FileManager.default.fileExists)
      if let finished, store.isEmpty, start != .restarted { throw FinishedTraining(checkpoint: finished) }
      var found: [SavedTraining] = []
      switch start {
      case .restarted:
        store.remove()
        // The folder went with its lock.
        lock = nil
      case .fresh:
        guard store.isEmpty else {
          throw UnfinishedTraining(checkpoint: files.checkpoint, folder: files.state)
        }
      case .resumed:
        let saved = try store.newest()
        var begun = saved.state.configuration
        begun.episodes = configuration.episodes
        guard saved.problems == problems.description, saved.teachers == teachers, saved.earlier == earlier,
          begun == configuration
        else { throw ChangedTraining(folder: files.state) }
        found = [saved]
      }
      return found
    }
    let saved = try communicator?.onFirstRank(find) ?? find()
    return try saved.first.map { ControllerTraining(resuming: $0.state, episodes: configuration.episodes) }
      ?? ControllerTraining(configuration: configuration, from: trained?.controller)
  }

  private func save(_ state: ControllerTraining.State, _ times: [Double]) throws {
    try writing {
      try TrainingStateStore(folder: files.state).save(
        SavedTraining(
          problems: problems.description, teachers: teachers, earlier: earlier, state: state))
      let log = EpisodeLog(state, times: times)
      try log.write(to: files.log)
      try log.events.write(to: files.events)
    }
  }

  private func writing(_ work: () throws -> Void) throws {
    do { try work() } catch let error as FileError { throw OutputError(error: error) }
  }
}
