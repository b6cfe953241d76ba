import Randomness
import Schedules

extension ControllerTraining {
  /// How a controller is trained.
  ///
  /// The defaults are the paper's where it gives them and they learn well; the reasons for the others are in
  /// Docs/Architecture.md.
  public struct Configuration: Codable, Sendable, Equatable {
    /// Training episodes in all, at least 1; 300 by default.
    public var episodes = 300
    /// Episodes from one update to the next, at least 1; 4 by default (the paper: 1).
    public var episodesPerUpdate = 4
    /// Length and interval of an episode, and when it counts as diverged.
    public var plan = RunPlan()
    /// An episode begins at one of these, each equally often; the paper's three by default.
    public var initialLearningRates = [0.01, 0.001, 0.0001]
    /// What the controller is rewarded for; `improvement` by default.
    ///
    /// Setting it sets ``ppo``'s discount to the reward's default one.
    public var reward = Reward.improvement {
      didSet { ppo.discount = reward.defaultDiscount }
    }
    /// Which numbers of an observation it sees; `extended` by default.
    public var featureSet = FeatureSet.extended
    /// What its answer does to the rate.
    public var action = LearningRateAction()
    /// The actor; 32 tanh units by default.
    public var actor = NetworkShape.mlp(hidden: 32)
    /// The critic; 32 tanh units by default.
    public var critic = NetworkShape.mlp(hidden: 32)
    /// The learner, with the discount that suits the reward, lambda 1 and an actor's rate of 0.003.
    public var ppo = PPOLearner.Configuration()
    /// How the rates of actor and critic change from update to update; nil, the default, for not at all.
    public var annealing: Annealing?
    /// Updates after which the statistics that normalise observations stay as they are; 15 by default.
    public var updatesUntilFreeze = 15
    /// A schedule to imitate, in place of learning by reward; nil by default.
    ///
    /// An update fits the controller to what the schedule, disturbed by the policy's noise, did in that update's
    /// episodes; so make all episodes one update. With several tasks, this is the first one's.
    public var teacher: ScheduleSpecification?
    /// The schedules to imitate on the second task and those after it; nil, the default, where there are none.
    public var furtherTeachers: [ScheduleSpecification]?
    /// Decides the initial policy, the episodes and the exploration.
    public var seed: UInt64 = 0

    /// The defaults, with the discount of the default reward.
    public init() {
      ppo.discount = reward.defaultDiscount
      // What an early decision spoils shows at the end of the run, and the critic does not see it before.
      ppo.gaeLambda = 1
      ppo.actorLearningRate = 3e-3
    }

    /// A course of the learner's own rates.
    public enum Annealing: String, Codable, Sendable {
      /// In a straight line towards zero, which would come after the last update (Huang et al., 2022, detail 4).
      case linear
    }

    /// The learner's options at one update.
    func ppo(atUpdate number: Int) -> PPOLearner.Configuration {
      var ppo = ppo
      if annealing == .linear {
        let left = 1 - Double(number) / Double(updates)
        ppo.actorLearningRate *= left
        ppo.criticLearningRate *= left
      }
      return ppo
    }

    /// How many updates the training takes; the last may have fewer episodes.
    public var updates: Int { (episodes - 1) / episodesPerUpdate + 1 }

    /// The schedules to imitate, one a task; empty for learning by reward.
    public var teachers: [ScheduleSpecification] { (teacher.map { [$0] } ?? []) + (furtherTeachers ?? []) }

    /// Where an episode, counted among those of its task from 0, begins: every rate once, in an order drawn anew, before
    /// any comes again, so that the few episodes of an update begin at all of them.
    func initialLearningRate(ofEpisode number: Int) -> Double {
      let count = initialLearningRates.count
      // Streams below belong to the episodes, those above to the updates.
      var generator = SeededGenerator(seed: seed, stream: 1 << 62 | UInt64(number / count))
      return initialLearningRates[Int(generator.nextPermutation(of: count)[number % count])]
    }

    /// Checks every number against the range that its property documents.
    ///
    /// - Throws: ``ConfigurationError`` or `PPOError` that names the number.
    public func validate() throws {
      try plan.validate()
      try action.validate()
      try Self.check(episodes >= 1, "number of episodes", episodes, "a whole number of at least 1")
      try Self.check(
        episodesPerUpdate >= 1, "episodes an update", episodesPerUpdate, "a whole number of at least 1")
      try Self.check(
        !initialLearningRates.isEmpty, "list of initial learning rates", initialLearningRates,
        "at least one rate")
      for rate in initialLearningRates {
        try Self.check(
          rate >= action.minimum && rate <= action.maximum, "initial learning rate", rate,
          "a number from \(action.minimum) to \(action.maximum)")
      }
      try Self.check(
        updatesUntilFreeze >= 1, "updates before the statistics freeze", updatesUntilFreeze,
        "a whole number of at least 1")
      try Self.check(
        episodesPerUpdate >= teachers.count && episodes >= teachers.count,
        "number of episodes, or of those an update,",
        min(episodes, episodesPerUpdate), "at least one for each of \(teachers.count) teachers")
      try Self.check(
        teacher != nil || furtherTeachers == nil, "list of further teachers", furtherTeachers ?? [],
        "none where the first task has no teacher")
      try ppo.validate()
    }

    /// Checks that a controller can go on learning with this configuration.
    func validate(goingOnFrom controller: Controller) throws(ConfigurationError) {
      let networks = controller.policy.configuration
      let whose = "as the controller to begin with has"
      try Self.check(
        featureSet == controller.featureSet, "feature set", featureSet.rawValue,
        "\(controller.featureSet.rawValue), \(whose)")
      try Self.check(
        action == controller.action, "range of a decision, and of the rate,",
        "\(action.logScale), \(action.minimum) to \(action.maximum)",
        "\(controller.action.logScale), \(controller.action.minimum) to \(controller.action.maximum), \(whose)"
      )
      try Self.check(actor == networks.actor, "actor", actor, "\(networks.actor), \(whose)")
      try Self.check(critic == networks.critic, "critic", critic, "\(networks.critic), \(whose)")
    }

    private static func check(
      _ condition: Bool, _ name: String, _ value: some Any, _ expected: String
    ) throws(ConfigurationError) {
      guard condition else { throw ConfigurationError(name: name, value: "\(value)", expected: expected) }
    }
  }
}
