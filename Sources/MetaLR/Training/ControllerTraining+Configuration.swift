import Foundation
import Randomness

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
    /// Episodes that share problem, seed and initial rate, and are judged by each other in place of a critic, at least 1; 1
    /// by default, where a critic judges.
    public var groupSize = 1
    /// An episode begins at one of these, each equally often; the paper's three by default.
    public var initialLearningRates = [0.01, 0.001, 0.0001]
    /// In place of ``initialLearningRates``, decades around the problem's usual rate that a group's initial rate is sampled
    /// from, uniformly; nil by default.
    public var initialRateDecades: ClosedRange<Double>?
    /// The chance that a group of features is absent from an episode that lacks any, in [0, 1]; half of the episodes
    /// lack none, unless it is 0, the default.
    public var absence = 0.0
    /// The chance that the episodes of a group share the decisions of a beginning too, and part at a decision that is
    /// sampled uniformly, in [0, 1]; 0 by default.
    ///
    /// What the shared decisions earned is the same for all, so that late decisions, which change little, are not judged
    /// by the luck of early ones (Schulman et al., 2015, arXiv 1502.05477, section 5.2, have branches from a state).
    public var branching = 0.0
    /// Episodes played before the first update by a policy that does not learn, for the statistics of the features, which
    /// then stay as they are; 0, the default, for none.
    public var normalizerEpisodes = 0
    /// Decay of a moving average of the policy over the updates, in [0, 1); 0 by default.
    ///
    /// The average is the trained controller; at 0 it is the latest policy.
    public var policyAverage = 0.0
    /// Logarithm of the standard deviation that exploration begins with; nil, the default, for what suits ``action``.
    public var initialLogDeviation: Float?
    /// What the controller is rewarded for; `improvement` by default.
    ///
    /// Setting it sets ``ppo``'s discount to the reward's default one.
    public var reward = Reward.improvement {
      didSet { ppo.discount = reward.defaultDiscount }
    }
    /// What it sees; `extended` by default.
    public var features = FeatureList.extended
    /// What its answer does to the rate.
    public var action = LearningRateAction()
    /// The trained controller's ``LearningRateAction/fall``, where it is to have another one than the episodes; nil, the
    /// default, for theirs.
    public var finalFall: Double?
    /// The actor; 32 tanh units by default.
    public var actor = NetworkShape.mlp(hidden: 32)
    /// The critic; 32 tanh units by default.
    public var critic = NetworkShape.mlp(hidden: 32)
    /// The learner, with the discount that suits the reward, lambda 1 and an actor's rate of 0.003.
    public var ppo = PPOLearner.Configuration()
    /// How the rates of actor and critic change from update to update; nil, the default, for not at all.
    public var annealing: Annealing?
    /// Updates after which the statistics that normalize features stay as they are; 15 by default.
    public var updatesUntilFreeze = 15
    /// Whether to imitate the problems' teachers in place of learning by reward; false by default.
    ///
    /// An update fits the controller to what the teachers, disturbed by the policy's noise, did in that update's
    /// episodes; so make all episodes one update.
    public var imitates = false
    /// Problems with a teacher of their own, at least 1 where it imitates; 1 by default.
    public var teacherCount = 1
    /// Bound on the size of a normalized feature, positive; 10 by default.
    public var featureClip: Float = 10
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

    /// The learner's options after so many episodes.
    func ppo(after episodes: Int) -> PPOLearner.Configuration {
      var ppo = ppo
      if annealing == .linear {
        // Groups are many: a last share keeps the late ones from being wasted.
        let floor = groupSize > 1 ? 0.05 : 0
        let left = max(1 - Double(episodes / episodesPerUpdate) / Double(updates), floor)
        ppo.actorLearningRate *= left
        ppo.criticLearningRate *= left
      }
      return ppo
    }

    /// Places of the features that take no part in an imitation; none where there is no progress.
    ///
    /// All but what schedules look at, the rate and the progress, and, where problems have different teachers, the
    /// validation loss, by which they are told apart.
    var unseenWhenImitating: [Int] {
      var seen = ["log learning rate", "progress"]
      if teacherCount > 1 { seen.append("log validation loss") }
      return features.names.contains("progress")
        ? features.names.indices.filter { !seen.contains(features.names[$0]) } : []
    }

    /// What the trained controller's answer does to the rate.
    var finalAction: LearningRateAction {
      var action = action
      action.fall = finalFall ?? action.fall
      return action
    }

    /// How many updates the training takes; the last may have fewer episodes.
    public var updates: Int { (episodes - 1) / episodesPerUpdate + 1 }

    /// Where an episode, counted among those of its task from 0, begins: every rate once, in an order drawn anew, before
    /// any comes again, so that the few episodes of an update begin at all of them.
    func initialLearningRate(ofEpisode number: Int) -> Double {
      let count = initialLearningRates.count
      // Streams below belong to the episodes, those above to the updates.
      var generator = SeededGenerator(seed: seed, stream: 1 << 62 | UInt64(number / count))
      return initialLearningRates[Int(generator.nextPermutation(of: count)[number % count])]
    }

    /// Where a group begins: sampled around the usual rate, or one of the given rates.
    func initialLearningRate(
      ofGroup number: Int, usual: Double, under conditions: RunConditions?,
      using generator: inout SeededGenerator
    ) -> Double {
      guard let decades = conditions?.initialRateDecades ?? initialRateDecades else {
        return initialLearningRate(ofEpisode: number)
      }
      let exponent = decades.lowerBound + (decades.upperBound - decades.lowerBound) * generator.nextUniform()
      return min(max(usual * pow(10, exponent), action.minimum), action.maximum)
    }

    /// Which features an episode lacks, and whether it may look before the first step; the conditions of its problem go
    /// before chance.
    func absences(
      under conditions: RunConditions?, using generator: inout SeededGenerator
    ) -> (hidden: Set<FeatureGroup>, looks: Bool) {
      if let conditions { return ([], conditions.looks) }
      guard absence > 0, generator.nextUniform() < 0.5 else { return ([], true) }
      let hidden = FeatureGroup.allCases.filter { $0.mayBeAbsent && generator.nextUniform() < absence }
      return (Set(hidden), generator.nextUniform() >= absence)
    }

    /// How many decisions the episodes of a group share, of so many; 0 for none.
    func sharedDecisions(of decisions: Int, using generator: inout SeededGenerator) -> Int {
      guard branching > 0, generator.nextUniform() < branching else { return 0 }
      return Int(Double(decisions) * generator.nextUniform())
    }

    /// Checks every number against the range that its property documents.
    ///
    /// - Throws: ``ConfigurationError`` or `PPOError` that names the number.
    public func validate() throws {
      try action.validate()
      try finalAction.validate()
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
      try Self.check(groupSize >= 1, "group size", groupSize, "a whole number of at least 1")
      try Self.check(
        episodesPerUpdate.isMultiple(of: groupSize) && normalizerEpisodes.isMultiple(of: groupSize)
          && normalizerEpisodes >= 0, "episodes an update, or for the statistics,",
        "\(episodesPerUpdate), \(normalizerEpisodes)", "multiples of the group size, \(groupSize)")
      try Self.check((0...1).contains(absence), "chance of an absence", absence, "a number from 0 to 1")
      try Self.check((0...1).contains(branching), "chance of branches", branching, "a number from 0 to 1")
      try Self.check(
        branching == 0 || groupSize > 1, "chance of branches", branching, "0 where episodes are not in groups"
      )
      try Self.check(
        policyAverage >= 0 && policyAverage < 1, "decay of the policy's average", policyAverage,
        "a number of at least 0 and below 1")
      try Self.check(
        featureClip > 0 && featureClip <= 1000, "bound on features", featureClip,
        "a positive number of at most 1000")
      try Self.check(
        normalizerEpisodes < episodes, "number of episodes", episodes,
        "more than the \(normalizerEpisodes) that only gather statistics of features")
      try ppo.validate()
      if imitates { try validateImitation() }
      if groupSize > 1 { try validateGroups() }
    }

    private func validateImitation() throws(ConfigurationError) {
      try Self.check(
        teacherCount >= 1 && teacherCount <= min(episodes, episodesPerUpdate), "number of teachers",
        teacherCount, "a whole number from 1 to the episodes of an update")
      try Self.check(
        groupSize == 1 && action.looks == 0 && action.fall == 0, "imitation",
        "one of groups, of looks, or of rates that fall by themselves",
        "one of single episodes without looks and without a fall")
    }

    /// An update by groups has no critic, and weighs all steps of an episode alike.
    private func validateGroups() throws(ConfigurationError) {
      let why = "where episodes come in groups"
      try Self.check(ppo.discount == 1, "discount", ppo.discount, "1 \(why)")
      try Self.check(ppo.entropyCoefficient == 0, "entropy coefficient", ppo.entropyCoefficient, "0 \(why)")
      try Self.check(ppo.normalizesAdvantages, "normalization of advantages", false, "true \(why)")
    }

    /// Checks that a problem can be trained on with this configuration.
    func validate(_ problem: Problem) throws(ConfigurationError) {
      try problem.plan.validate()
      try Self.check(
        (problem.teacher != nil) == imitates, "teacher of '\(problem.description.label)'",
        problem.teacher.map { "\($0)" } ?? "none",
        imitates ? "a schedule to imitate" : "none where nothing is imitated")
    }

    /// Checks that a controller can go on learning with this configuration.
    func validate(goingOnFrom controller: Controller) throws(ConfigurationError) {
      let networks = controller.policy.configuration
      let whose = "as the controller to begin with has"
      try Self.check(
        features == controller.features, "list of features", features.names,
        "\(controller.features.names), \(whose)")
      // The policy decides on the rate without the fall, and can learn beside another one.
      var action = action
      action.fall = controller.action.fall
      try Self.check(
        action == controller.action, "range of a decision, and of the rate,",
        action.summary, "\(controller.action.summary), \(whose)")
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

extension LearningRateAction {
  /// Its numbers in one line.
  fileprivate var summary: String {
    "\(logScale), \(minimum) to \(maximum), \(looks) looks of \(lookLogScale)"
  }
}

/// A number that a file leaves out has its default, so that configurations of older versions can be read.
extension ControllerTraining.Configuration {
  private enum CodingKeys: String, CodingKey {
    case episodes, episodesPerUpdate, groupSize, initialLearningRates, initialRateDecades, absence, branching
    case normalizerEpisodes, policyAverage, initialLogDeviation, reward, action, actor, critic, ppo, annealing
    case finalFall, updatesUntilFreeze, imitates, teacherCount, featureClip, seed
    case features = "featureSet"
  }

  /// What older versions kept here.
  private enum OldKeys: String, CodingKey {
    case teacher, furtherTeachers
  }

  /// Reads a configuration.
  public init(from decoder: any Decoder) throws {
    self.init()
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ value: inout Value, _ key: CodingKeys) throws {
      value = try values.decodeIfPresent(Value.self, forKey: key) ?? value
    }
    try read(&episodes, .episodes)
    try read(&episodesPerUpdate, .episodesPerUpdate)
    try read(&groupSize, .groupSize)
    try read(&initialLearningRates, .initialLearningRates)
    initialRateDecades = try values.decodeIfPresent(ClosedRange<Double>.self, forKey: .initialRateDecades)
    try read(&absence, .absence)
    try read(&branching, .branching)
    try read(&normalizerEpisodes, .normalizerEpisodes)
    try read(&policyAverage, .policyAverage)
    initialLogDeviation = try values.decodeIfPresent(Float.self, forKey: .initialLogDeviation)
    try read(&reward, .reward)
    try read(&features, .features)
    try read(&action, .action)
    finalFall = try values.decodeIfPresent(Double.self, forKey: .finalFall)
    try read(&actor, .actor)
    try read(&critic, .critic)
    try read(&ppo, .ppo)
    annealing = try values.decodeIfPresent(Annealing.self, forKey: .annealing)
    try read(&updatesUntilFreeze, .updatesUntilFreeze)
    let old = try decoder.container(keyedBy: OldKeys.self)
    let further = try old.decodeIfPresent([String].self, forKey: .furtherTeachers) ?? []
    imitates = old.contains(.teacher)
    teacherCount = 1 + further.count
    try read(&imitates, .imitates)
    try read(&teacherCount, .teacherCount)
    try read(&featureClip, .featureClip)
    try read(&seed, .seed)
  }
}
