import Foundation
import Randomness

/// What one update of the policy came to.
public struct UpdateRecord: Codable, Sendable, Equatable {
  /// Number of the update, from 0.
  public let update: Int
  /// Episodes that it learned from.
  public let episodeCount: Int
  /// Mean of their returns, neither discounted nor scaled.
  public let meanReturn: Double
  /// Share of them that diverged, in [0, 1].
  public let divergedShare: Double
  /// These episodes one by one; empty where they come in groups, which are too many to keep.
  public let episodes: [EpisodeRecord]
  /// Losses and diagnostics of the learner; nil for an update that only gathered statistics of features.
  public let statistics: UpdateStatistics?

  init(update: Int, episodes: [EpisodeRecord], keeps: Bool, statistics: UpdateStatistics?) {
    let count = Double(episodes.count)
    self.update = update
    episodeCount = episodes.count
    meanReturn = episodes.reduce(0) { $0 + $1.totalReward } / count
    divergedShare = Double(episodes.count(where: \.hasDiverged)) / count
    self.episodes = keeps ? episodes : []
    self.statistics = statistics
  }
}

extension ControllerTraining {
  /// Everything that a training goes on from, between two updates.
  public struct State: Codable, Sendable {
    /// What the training was begun with.
    public internal(set) var configuration: Configuration
    /// Every update so far.
    public private(set) var updates: [UpdateRecord] = []
    /// Episodes done so far.
    public private(set) var episodeCount = 0
    /// Optimizer steps in these episodes, looks included.
    public private(set) var stepCount = 0
    private(set) var learner: PPOLearner
    private(set) var normalizer: ObservationNormalizer
    private var rewardScaler: RewardScaler
    /// The policy that the training began with, where that was a trained one.
    private let trainedPolicy: ActorCritic?
    /// The moving average of the policy, where there is to be one.
    private var averagePolicy: ActorCritic?

    /// Whether the parts fit each other, which those of an edited file may not.
    var isConsistent: Bool {
      let size = configuration.features.count
      let policies = [learner.policy, trainedPolicy, averagePolicy].compactMap(\.self)
      // Far from where sums of counts overflow.
      let counts = 0...RunningStatistics.largestCount
      return (try? configuration.validate()) != nil && counts.contains(episodeCount)
        && counts.contains(stepCount)
        && updates.allSatisfy { counts.contains($0.episodeCount) }
        && updates.reduce(0) { $0 &+ $1.episodeCount } == episodeCount && learner.isConsistent
        && policies.allSatisfy { $0.observationCount == size && $0.actionCount == 1 }
        && normalizer.observationCount == size && rewardScaler.statistics.mean.count == 1
        && (0...1).contains(rewardScaler.discount)
        && (averagePolicy.map { $0.configuration == learner.policy.configuration } ?? true)
    }

    /// The episodes so far, in order; none where they come in groups.
    public var episodes: [EpisodeRecord] { updates.flatMap(\.episodes) }

    /// The policy as trained so far.
    var policy: ActorCritic { averagePolicy ?? learner.policy }

    /// The policy before the first update.
    var initialPolicy: ActorCritic {
      get throws { try trainedPolicy ?? Self.freshPolicy(configuration) }
    }

    init(configuration: Configuration, from trained: Controller? = nil) throws {
      self.configuration = configuration
      trainedPolicy = trained?.policy
      learner = try PPOLearner(
        policy: trained?.policy ?? Self.freshPolicy(configuration), configuration: configuration.ppo)
      normalizer =
        trained.map { ObservationNormalizer(statistics: $0.normalizer.statistics, clip: $0.normalizer.clip) }
        ?? ObservationNormalizer(
          observationCount: configuration.features.count, clip: configuration.featureClip,
          updatesUntilFreeze: configuration.updatesUntilFreeze)
      rewardScaler = RewardScaler(discount: configuration.ppo.discount)
    }

    private static func freshPolicy(_ configuration: Configuration) throws -> ActorCritic {
      var networks = ActorCritic.Configuration(
        observationCount: configuration.features.count, actor: configuration.actor,
        critic: configuration.critic)
      // Exploration moves the rate as far in a wider range as in the usual one.
      let range = configuration.action.logScale / LearningRateAction().logScale
      networks.initialLogStandardDeviation =
        configuration.initialLogDeviation
        ?? networks.initialLogStandardDeviation - Float(min(max(log(range), -2), 9))
      var generator = SeededGenerator(seed: configuration.seed, stream: 0)
      return try ActorCritic(configuration: networks, using: &generator)
    }

    /// Whether the next episodes are played for the statistics of features alone.
    var gathersStatistics: Bool { configuration.normalizerEpisodes > 0 && normalizer.statistics.count == 0 }

    /// Learns from the episodes of one update, taken in their order.
    mutating func learn(from rollouts: [Rollout], threads: Int) throws -> UpdateRecord {
      var next = self
      var seen = FeatureStatistics(count: configuration.features.count)
      for rollout in rollouts { seen.merge(rollout.statistics) }
      let statistics: UpdateStatistics?
      if gathersStatistics {
        next.normalizer = ObservationNormalizer(statistics: seen.ofVectors, clip: configuration.featureClip)
        statistics = nil
      } else {
        statistics = try next.update(with: rollouts.map(\.episode), seen: seen.ofVectors, threads: threads)
      }
      let record = UpdateRecord(
        update: updates.count, episodes: rollouts.map(\.record), keeps: configuration.groupSize == 1,
        statistics: statistics)
      next.updates.append(record)
      next.episodeCount += rollouts.count
      next.stepCount += rollouts.reduce(0) { $0 + $1.record.steps }
      self = next
      return record
    }

    private mutating func update(
      with episodes: [Episode], seen: RunningStatistics, threads: Int
    ) throws -> UpdateStatistics {
      learner.configuration = configuration.ppo(after: episodeCount)
      let isFirstSight = normalizer.statistics.count == 0
      // What is fitted to demonstrations is not taught further when the scale moves.
      if !configuration.imitates || isFirstSight { normalizer.update(with: seen) }
      // Streams from 1 on belong to the episodes; the top bit keeps the updates' apart from them.
      var generator = SeededGenerator(seed: configuration.seed, stream: 1 << 63 | UInt64(updates.count))
      if configuration.groupSize > 1 {
        let statistics = try learner.update(
          episodes: episodes, groups: episodes.indices.map { $0 / configuration.groupSize }, threads: threads,
          using: &generator)
        average()
        return statistics
      }
      for episode in episodes { rewardScaler.update(with: episode.rewards) }
      let scaled = episodes.map { episode in
        var episode = episode
        episode.rewards = rewardScaler.scale(episode.rewards)
        // A single update must end on the scale that the policy will see.
        if configuration.imitates && isFirstSight { episode.mapObservations(normalizer.normalize) }
        return episode
      }
      let statistics =
        try configuration.imitates
        ? learner.imitate(scaled, ignoring: configuration.unseenWhenImitating, using: &generator)
        : learner.update(episodes: scaled, using: &generator)
      average()
      return statistics
    }

    /// Moves the average of the policy towards the latest one.
    private mutating func average() {
      guard configuration.policyAverage > 0 else { return }
      // Like Adam's correction: the average of n policies weighs them equally until the decay takes over.
      let done = Double(learner.updateCount)
      let decay = min(configuration.policyAverage, 1 - 1 / done)
      averagePolicy = averagePolicy?.moved(towards: learner.policy, keeping: decay) ?? learner.policy
    }
  }
}
