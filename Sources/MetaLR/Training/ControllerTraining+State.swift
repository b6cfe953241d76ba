import Foundation
import Randomness

/// What one update of the policy came to.
public struct UpdateRecord: Codable, Sendable, Equatable {
  /// Number of the update, from 0.
  public let update: Int
  /// The episodes that it learned from.
  public let episodes: [EpisodeRecord]
  /// Losses and diagnostics of the learner.
  public let statistics: UpdateStatistics
}

extension ControllerTraining {
  /// Everything that a training goes on from, between two updates.
  public struct State: Codable, Sendable {
    /// What the training was begun with.
    public internal(set) var configuration: Configuration
    /// Every update so far.
    public private(set) var updates: [UpdateRecord] = []
    private(set) var learner: PPOLearner
    private(set) var normalizer: ObservationNormalizer
    private var rewardScaler: RewardScaler
    /// The policy that the training began with, where that was a trained one.
    private let trainedPolicy: ActorCritic?

    /// Whether the parts fit each other, which those of an edited file may not.
    var isConsistent: Bool {
      let size = configuration.featureSet.count
      return (try? configuration.validate()) != nil && episodes.map(\.episode) == Array(0..<episodes.count)
        && [learner.policy, trainedPolicy ?? learner.policy].allSatisfy {
          $0.observationCount == size && $0.actionCount == 1
        }
        && normalizer.observationCount == size && rewardScaler.statistics.mean.count == 1
    }

    /// Every episode so far, in order.
    public var episodes: [EpisodeRecord] { updates.flatMap(\.episodes) }

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
          observationCount: configuration.featureSet.count,
          updatesUntilFreeze: configuration.updatesUntilFreeze)
      rewardScaler = RewardScaler(discount: configuration.ppo.discount)
    }

    private static func freshPolicy(_ configuration: Configuration) throws -> ActorCritic {
      var networks = ActorCritic.Configuration(
        observationCount: configuration.featureSet.count, actor: configuration.actor,
        critic: configuration.critic)
      // Exploration moves the rate as far in a wider range as in the usual one.
      let range = configuration.action.logScale / LearningRateAction().logScale
      networks.initialLogStandardDeviation -= Float(min(max(log(range), -2), 9))
      var generator = SeededGenerator(seed: configuration.seed, stream: 0)
      return try ActorCritic(configuration: networks, using: &generator)
    }

    /// Learns from the episodes of one update, taken in their order.
    mutating func learn(from rollouts: [Rollout]) throws -> UpdateRecord {
      var (learner, normalizer, rewardScaler) = (learner, normalizer, rewardScaler)
      learner.configuration = configuration.ppo(atUpdate: updates.count)
      var seen = RunningStatistics(size: configuration.featureSet.count)
      for rollout in rollouts {
        seen.merge(rollout.statistics)
        rewardScaler.update(with: rollout.episode.rewards)
      }
      let isFirstSight = normalizer.statistics.count == 0
      // What is fitted to demonstrations is not taught further when the scale moves.
      if configuration.teacher == nil || isFirstSight { normalizer.update(with: seen) }
      let episodes = rollouts.map { rollout in
        var episode = rollout.episode
        episode.rewards = rewardScaler.scale(episode.rewards)
        // A single update must end on the scale that the policy will see.
        if configuration.teacher != nil && isFirstSight {
          episode.mapObservations(normalizer.normalize)
        }
        return episode
      }
      // Streams from 1 on belong to the episodes; the top bit keeps the updates' apart from them.
      var generator = SeededGenerator(seed: configuration.seed, stream: 1 << 63 | UInt64(updates.count))
      let statistics =
        try configuration.teacher == nil
        ? learner.update(episodes: episodes, using: &generator)
        : learner.imitate(
          episodes, ignoring: configuration.featureSet.unseen(imitating: configuration.teachers.count),
          using: &generator)

      let record = UpdateRecord(
        update: updates.count, episodes: rollouts.map(\.record), statistics: statistics)
      (self.learner, self.normalizer, self.rewardScaler) = (learner, normalizer, rewardScaler)
      updates.append(record)
      return record
    }
  }
}
