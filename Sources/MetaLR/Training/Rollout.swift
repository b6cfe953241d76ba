import Randomness

/// One episode played: what to learn from, what to count into the statistics, what to report.
struct Rollout: Sendable, Codable {
  var episode: Episode
  let statistics: RunningStatistics
  let record: EpisodeRecord

  /// Plays episode number `episode` of the training; everything about it is decided by that number, the number of tasks
  /// that take turns, and the seed.
  ///
  /// When the trainee's process fails, the episode is played anew from a fresh seed, as often as the trainee can be
  /// started again: the run that failed teaches nothing.
  static func played(
    episode: Int, tasks: Int, trainee: any Trainee, controller: Controller,
    configuration: ControllerTraining.Configuration,
    shouldStop: @escaping @Sendable () -> Bool
  ) throws -> Rollout {
    var attempt = 0
    while true {
      do {
        return try Rollout(
          episode: episode, tasks: tasks, attempt: attempt, trainee: trainee, controller: controller,
          configuration: configuration, shouldStop: shouldStop)
      } catch let error as TraineeProcessError where error.allowsRestart && !shouldStop() {
        attempt += 1
      }
    }
  }

  private init(
    episode number: Int, tasks: Int, attempt: Int, trainee: any Trainee, controller: Controller,
    configuration: ControllerTraining.Configuration, shouldStop: @escaping @Sendable () -> Bool
  ) throws {
    // Streams from 1 on are the episodes'; further attempts have bits that no number of episodes reaches.
    var generator = SeededGenerator(
      seed: configuration.seed, stream: UInt64(number) + 1 | UInt64(attempt) << 48)
    let seed = generator.next()
    var environment = TraineeEnvironment(
      trainee: trainee, controller: controller, plan: configuration.plan, reward: configuration.reward,
      discount: configuration.ppo.discount,
      initialLearningRate: configuration.initialLearningRate(ofEpisode: number / tasks),
      shouldStop: shouldStop)
    let policy = controller.policy
    let teachers = configuration.teachers
    if !teachers.isEmpty {
      let teacher = try teachers[number % tasks].schedule(totalSteps: configuration.plan.stepBudget)
      episode = try collectDemonstration(
        in: &environment, policy: policy, seed: seed, using: &generator,
        teacher: { [$0.action(following: teacher)] })
    } else {
      episode = try collectEpisode(in: &environment, policy: policy, seed: seed, using: &generator)
    }
    statistics = environment.statistics
    record = EpisodeRecord(episode: number, seed: seed, environment: environment)
  }
}
