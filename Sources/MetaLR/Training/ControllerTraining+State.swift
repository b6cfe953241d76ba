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

    /// Whether the parts fit each other, which those of an edited file may not.
    var isConsistent: Bool {
      let size = configuration.featureSet.count
      return (try? configuration.validate()) != nil
        && learner.policy.observationCount == size && learner.policy.actionCount == 1
        && normalizer.observationCount == size && rewardScaler.statistics.mean.count == 1
    }

    /// Every episode so far, in order.
    public var episodes: [EpisodeRecord] { updates.flatMap(\.episodes) }

    init(configuration: Configuration) throws {
      self.configuration = configuration
      var generator = SeededGenerator(seed: configuration.seed, stream: 0)
      let policy = try ActorCritic(
        configuration: ActorCritic.Configuration(
          observationCount: configuration.featureSet.count, actor: configuration.actor,
          critic: configuration.critic),
        using: &generator)
      learner = try PPOLearner(policy: policy, configuration: configuration.ppo)
      normalizer = ObservationNormalizer(
        observationCount: configuration.featureSet.count, updatesUntilFreeze: configuration.updatesUntilFreeze
      )
      rewardScaler = RewardScaler(discount: configuration.ppo.discount)
    }

    /// Learns from the episodes of one update, taken in their order.
    mutating func learn(from rollouts: [Rollout]) throws -> UpdateRecord {
      var (learner, normalizer, rewardScaler) = (learner, normalizer, rewardScaler)
      var seen = RunningStatistics(size: configuration.featureSet.count)
      for rollout in rollouts {
        seen.merge(rollout.statistics)
        rewardScaler.update(with: rollout.episode.rewards)
      }
      let episodes = rollouts.map { rollout in
        var episode = rollout.episode
        episode.rewards = rewardScaler.scale(episode.rewards)
        return episode
      }
      // Streams from 1 on belong to the episodes; the top bit keeps the updates' apart from them.
      var generator = SeededGenerator(seed: configuration.seed, stream: 1 << 63 | UInt64(updates.count))
      let statistics = try learner.update(episodes: episodes, using: &generator)
      normalizer.update(with: seen)

      let record = UpdateRecord(
        update: updates.count, episodes: rollouts.map(\.record), statistics: statistics)
      (self.learner, self.normalizer, self.rewardScaler) = (learner, normalizer, rewardScaler)
      updates.append(record)
      return record
    }
  }
}
