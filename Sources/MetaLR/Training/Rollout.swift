import Randomness

/// One episode played: what to learn from, what to count into the statistics, what to report.
struct Rollout: Sendable, Codable {
  var episode: Episode
  let statistics: FeatureStatistics
  let record: EpisodeRecord

  /// Plays an episode with a trainee of its problem.
  init(
    _ start: EpisodeStart, trainee: any Trainee, controller: Controller,
    configuration: ControllerTraining.Configuration, shouldStop: @escaping @Sendable () -> Bool
  ) throws {
    let problem = start.problem
    var source = ConditionedSource(
      ExploringSession(
        controller: controller,
        teacher: try problem.teacher?.schedule(totalSteps: problem.plan.stepBudget), hiding: start.hidden,
        looks: start.looks, usesCritic: configuration.groupSize == 1, exploration: start.exploration),
      under: problem.conditions)
    let course = try RunCourse.driven(
      trainee, by: &source, seed: start.seed, initialLearningRate: start.initialLearningRate,
      plan: problem.plan, keepsBest: false, shouldStop: shouldStop)
    var session = source.source
    let chance = problem.chanceLoss()
    let rewards = configuration.reward.values(
      of: course, plan: problem.plan, discount: configuration.ppo.discount, chance: chance)
    let worth = configuration.reward.worth(of: course, rewards: rewards, chance: chance)
    // A look earns nothing by itself; the last one decides the first interval.
    let looks = session.episode.values.count - rewards.count
    session.earn(
      Array(repeating: 0, count: looks) + rewards,
      worth: Array(repeating: worth.first ?? 0, count: looks) + worth)
    episode = session.episode
    statistics = session.statistics
    record = EpisodeRecord(start, course: course, totalReward: rewards.reduce(0, +))
  }
}

/// What an episode begins with; its number and the training's seed decide all of it.
struct EpisodeStart: Sendable {
  /// Number of the episode, from 0.
  let number: Int
  let problem: Problem
  /// Decides weights and data order.
  let seed: UInt64
  let initialLearningRate: Double
  /// Groups of features that the controller does not see in this episode.
  let hidden: Set<FeatureGroup>
  /// Whether it may look before the first step.
  let looks: Bool
  /// Draws the actions.
  let exploration: Exploration
}

extension EpisodeStart {
  /// Numbers of the generator's streams: episodes from 1 on, and groups.
  private enum Stream {
    static func episode(_ number: Int) -> UInt64 { UInt64(number) + 1 }
    static func group(_ number: Int) -> UInt64 { 1 << 61 | UInt64(number) }
    static func branch(ofGroup number: Int) -> UInt64 { 1 << 60 | UInt64(number) }
  }

  /// The starts of episodes `numbers`; those of one group share all but the exploration, or but a late part of it.
  static func starts(
    _ numbers: Range<Int>, of configuration: ControllerTraining.Configuration,
    problems: some ProblemDistribution
  ) throws -> [EpisodeStart] {
    var made: (group: Int, problem: Problem)?
    return try numbers.map { number in
      let group = number / configuration.groupSize
      let problem =
        try made.flatMap { $0.group == group ? $0.problem : nil }
        ?? problems.problem(group, seed: configuration.seed)
      if made?.group != group { try configuration.validate(problem) }
      made = (group, problem)
      return EpisodeStart(number: number, group: group, problem: problem, of: configuration, problems.cycle)
    }
  }

  private init(
    number: Int, group: Int, problem: Problem, of configuration: ControllerTraining.Configuration,
    _ cycle: Int
  ) {
    self.number = number
    self.problem = problem
    var own = SeededGenerator(seed: configuration.seed, stream: Stream.episode(number))
    if configuration.groupSize == 1, configuration.initialRateDecades == nil,
      configuration.absence == 0, problem.conditions == nil
    {
      seed = own.next()
      initialLearningRate = configuration.initialLearningRate(ofEpisode: group / cycle)
      (hidden, looks) = ([], true)
    } else {
      var generator = SeededGenerator(seed: configuration.seed, stream: Stream.group(group))
      seed = generator.next()
      initialLearningRate = configuration.initialLearningRate(
        ofGroup: group / cycle, usual: problem.usualLearningRate, under: problem.conditions,
        using: &generator)
      (hidden, looks) = configuration.absences(under: problem.conditions, using: &generator)
    }
    let decisions = problem.plan.decisions + (looks ? configuration.action.looks : 0)
    var shared = SeededGenerator(seed: configuration.seed, stream: Stream.branch(ofGroup: group))
    let sharedDecisions = configuration.sharedDecisions(of: decisions, using: &shared)
    exploration = Exploration(own: own, shared: shared, sharedDecisions: sharedDecisions)
  }
}
