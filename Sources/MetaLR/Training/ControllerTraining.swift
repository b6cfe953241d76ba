import Randomness

/// Trains a controller by PPO over many episodes, each a whole training run of a problem.
///
/// ```swift
/// var training = try ControllerTraining(configuration: .init())
/// let pool = TraineePool(workers: 2)
/// while !training.isFinished {
///   let update = try training.advance(problems: problems, on: pool)
///   print(update.meanReturn)
/// }
/// let controller = training.controller
/// ```
///
/// Everything is decided by the configuration's seed and the problems: the number of workers, and stops between updates at
/// which ``state`` was saved and taken up again, change no bit.
public struct ControllerTraining: Sendable {
  /// Everything that the training goes on from.
  public private(set) var state: State

  /// Begins a training.
  ///
  /// - Parameters:
  ///   - configuration: How it is trained.
  ///   - trained: A controller to begin as, in place of a policy sampled from the seed; what its critic has learned
  ///     and its statistics of features are taken over, the latter for good.
  /// - Throws: ``ConfigurationError`` or `PPOError` for a configuration out of range, or one whose features, action
  ///   or networks are not those of `trained`.
  public init(configuration: Configuration, from trained: Controller? = nil) throws {
    try configuration.validate()
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
  public var isFinished: Bool { state.episodeCount >= configuration.episodes }

  /// The controller as trained so far.
  public var controller: Controller {
    Controller(
      features: configuration.features, action: configuration.finalAction, normalizer: state.normalizer,
      policy: state.policy)
  }

  /// The controller as it was before the first update, but with the statistics of features of now: what the
  /// training is to be better than.
  public func untrainedController() throws -> Controller {
    Controller(
      features: configuration.features, action: configuration.finalAction, normalizer: state.normalizer,
      policy: try state.initialPolicy)
  }

  /// Plays the episodes of one update side by side, then updates the policy.
  ///
  /// Blocks the calling thread until then; from asynchronous code, call it on a thread of its own.
  ///
  /// - Parameters:
  ///   - problems: What episodes are of; the same at every update.
  ///   - pool: Plays the episodes.
  ///   - shouldStop: Asked before every decision; an update that is stopped leaves the state as it was.
  ///   - onEpisode: Told of each episode as it ends, in no fixed order, on a worker's thread, one at a time.
  /// - Returns: What the update came to.
  /// - Throws: ``Interrupted``, or what the trainees throw; `ScheduleError` for a teacher that is no schedule for runs of
  ///   the problem's length.
  /// - Precondition: The training is not finished.
  @discardableResult
  public mutating func advance(
    problems: some ProblemDistribution, on pool: TraineePool,
    shouldStop: @escaping @Sendable () -> Bool = { false },
    onEpisode: @escaping @Sendable (EpisodeRecord) -> Void = { _ in }
  ) throws -> UpdateRecord {
    precondition(!isFinished, "The training is finished after \(configuration.episodes) episodes")
    let (configuration, first) = (configuration, state.episodeCount)
    let count = state.gathersStatistics ? configuration.normalizerEpisodes : configuration.episodesPerUpdate
    let numbers = first..<first + min(count, configuration.episodes - first)
    let player = Controller(
      features: configuration.features, action: configuration.action, normalizer: state.normalizer,
      policy: state.learner.policy)
    let starts = try EpisodeStart.starts(numbers, of: configuration, problems: problems)
    let rollouts = try pool.run(
      count: starts.count, problem: { starts[$0].problem },
      onResult: { (_, rollout: Rollout) in onEpisode(rollout.record) },
      job: { index, trainee in
        try Rollout(
          starts[index], trainee: trainee, controller: player, configuration: configuration,
          shouldStop: shouldStop)
      })
    return try state.learn(from: rollouts, threads: pool.workers)
  }
}
