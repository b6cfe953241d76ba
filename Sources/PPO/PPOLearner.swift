import NeuralNet
import Randomness

/// Proximal policy optimization (Schulman et al., 2017, arXiv 1707.06347): a policy, its optimizers, and the update
/// that improves it from episodes.
///
/// ```swift
/// var learner = try PPOLearner(policy: policy, configuration: .init())
/// while learner.updateCount < 100 {
///   let episodes = try (0..<4).map { _ in
///     try collectEpisode(in: &environment, policy: learner.policy, seed: generator.next(), using: &generator)
///   }
///   let statistics = try learner.update(episodes: episodes, using: &generator)
/// }
/// ```
///
/// Encoding a learner, with the generator beside it, keeps all that further updates depend on: they give the same
/// bits after decoding.
public struct PPOLearner: Sendable, Codable {
  /// How an update is made; may be changed between updates, for instance to lower a rate.
  public var configuration: Configuration
  /// The policy and critic as the last update left them.
  public internal(set) var policy: ActorCritic
  /// Updates made so far.
  public internal(set) var updateCount = 0

  /// Adam's moments for the actor.
  var actorOptimizer: Optimizer.State
  /// Adam's moments for the critic.
  var criticOptimizer: Optimizer.State

  /// A learner that has made no update.
  ///
  /// - Throws: ``PPOError/invalidOption(name:value:requirement:)``.
  public init(policy: ActorCritic, configuration: Configuration = Configuration()) throws(PPOError) {
    try configuration.validate()
    self.configuration = configuration
    self.policy = policy
    actorOptimizer = Self.adam(configuration, count: policy.actorParameters.count).state
    criticOptimizer = Self.adam(configuration, count: policy.criticParameters.count).state
  }

  /// Adam in its initial state, on the kernels that give the same bits on every processor.
  static func adam(_ configuration: Configuration, count: Int) -> Optimizer {
    Optimizer(
      .adam(epsilon: configuration.adamEpsilon), count: count, instructionSet: .naive)
  }
}
