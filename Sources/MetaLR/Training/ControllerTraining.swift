import Randomness

/// Trains a controller by PPO over many episodes, each a whole training run of a trainee.
///
/// ```swift
/// var training = try ControllerTraining(configuration: .init())
/// let pool = TraineePool(workers: 2) { try ImageClassifier(...) }
/// while !training.isFinished {
///   let update = try training.advance(on: pool)
///   print(update.episodes.map(\.bestValidationLoss))
/// }
/// let controller = training.controller
/// ```
///
/// Everything is decided by the configuration's seed: the number of workers, and stops between updates at which
/// ``state`` was saved and taken up again, change no bit.
public struct ControllerTraining: Sendable {
  /// Everything that the training goes on from.
  public private(set) var state: State

  /// Begins a training.
  ///
  /// - Parameters:
  ///   - configuration: How it is trained.
  ///   - trained: A controller to begin as, in place of a policy drawn from the seed; what its critic has learned
  ///     and its statistics of observations are taken over, the latter for good.
  /// - Throws: ``ConfigurationError`` or `PPOError` for a configuration out of range, or one whose features, action
  ///   or networks are not those of `trained`; `ScheduleError` for a teacher that is no schedule for runs of this length.
  public init(configuration: Configuration, from trained: Controller? = nil) throws {
    try configuration.validate()
    for teacher in configuration.teachers {
      _ = try teacher.schedule(totalSteps: configuration.plan.stepBudget)
    }
    if let trained { try configuration.validate(goingOnFrom: trained) }
    state = try State(configuration: configuration, from: trained)
  }

  /// Goes on with a training whose state was saved.
  ///
  /// - Parameters:
  ///   - state: The training so far.
  ///   - episodes: Episodes in all, where the training is to end earlier or later than was meant when it began, at
  ///     least 1. The episodes themselves do not depend on it, unless the last update so far was a short one or the
  ///     rates are annealed.
  public init(resuming state: State, episodes: Int? = nil) {
    self.state = state
    self.state.configuration.episodes = episodes ?? state.configuration.episodes
  }

  /// What the training was begun with.
  public var configuration: Configuration { state.configuration }

  /// Whether all episodes are done.
  public var isFinished: Bool { state.episodes.count >= configuration.episodes }

  /// The controller as trained so far.
  public var controller: Controller {
    Controller(
      featureSet: configuration.featureSet, action: configuration.action, normalizer: state.normalizer,
      policy: state.learner.policy)
  }

  /// The controller as it was before the first update, but with the statistics of observations of now: what the
  /// training is to be better than.
  public func untrainedController() throws -> Controller {
    Controller(
      featureSet: configuration.featureSet, action: configuration.action, normalizer: state.normalizer,
      policy: try state.initialPolicy)
  }

  /// Plays the episodes of one update side by side, then updates the policy.
  ///
  /// Blocks the calling thread until then; from asynchronous code, call it on a thread of its own.
  ///
  /// - Parameters:
  ///   - pool: Plays the episodes.
  ///   - shouldStop: Asked before every decision; an update that is stopped leaves the state as it was.
  ///   - onEpisode: Told of each episode as it ends, in no fixed order, on a worker's thread, one at a time.
  /// - Returns: What the update came to.
  /// - Throws: ``Interrupted``, or what the trainees throw.
  /// - Precondition: The training is not finished.
  @discardableResult
  public mutating func advance(
    on pool: TraineePool, shouldStop: @escaping @Sendable () -> Bool = { false },
    onEpisode: @escaping @Sendable (EpisodeRecord) -> Void = { _ in }
  ) throws -> UpdateRecord {
    try advance(on: [pool], shouldStop: shouldStop, onEpisode: onEpisode)
  }

  /// Plays the episodes of one update on several tasks in turn, then updates the policy.
  ///
  /// Episode k is played on pool number k modulo their count.
  ///
  /// - Parameters:
  ///   - pools: One a task, the same ones in the same order at every update.
  ///   - shouldStop: Asked before every decision; an update that is stopped leaves the state as it was.
  ///   - onEpisode: Told of each episode as it ends, in no fixed order, on a worker's thread, one at a time.
  /// - Returns: What the update came to.
  /// - Throws: ``Interrupted``, or what the trainees throw.
  /// - Precondition: The training is not finished, and where it imitates, there are as many pools as teachers.
  @discardableResult
  public mutating func advance(
    on pools: [TraineePool], shouldStop: @escaping @Sendable () -> Bool = { false },
    onEpisode: @escaping @Sendable (EpisodeRecord) -> Void = { _ in }
  ) throws -> UpdateRecord {
    precondition(!isFinished, "The training is finished after \(configuration.episodes) episodes")
    let teachers = configuration.teachers.count
    precondition(
      !pools.isEmpty && (teachers == 0 || teachers == pools.count),
      "There are \(pools.count) pools of trainees and \(teachers) teachers; give one pool a teacher")
    let first = state.episodes.count
    let count = min(configuration.episodesPerUpdate, configuration.episodes - first)
    let (configuration, controller, tasks) = (configuration, controller, pools.count)
    var rollouts: [Rollout] = []
    for (task, pool) in pools.enumerated() {
      let episodes = (first..<first + count).filter { $0 % tasks == task }
      rollouts += try pool.run(
        count: episodes.count, onResult: { _, rollout in onEpisode(rollout.record) },
        job: { index, trainee in
          try Rollout.played(
            episode: episodes[index], tasks: tasks, trainee: trainee, controller: controller,
            configuration: configuration, shouldStop: shouldStop)
        })
    }
    return try state.learn(from: rollouts.sorted { $0.record.episode < $1.record.episode })
  }
}
