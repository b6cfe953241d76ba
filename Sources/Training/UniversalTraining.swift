import BuiltInTrainees
import Foundation
import MetaLR

extension DrawnRange {
  /// What the controllers for any training that come with the program are trained on.
  public static let universal = DrawnRange(
    widths: [8, 16, 32, 48, 64, 128, 256], layers: 0...8, initialScales: 0.3...2, budgets: 50...2000,
    batchSizes: [4, 8, 16, 32, 64, 128, 256, 512], trainCounts: 256...32_767, validationCount: 512,
    operations: 200e6, reach: 5, convolutions: 0.15, images: 0.02, regularization: 0.25, averaging: 0.5)
}

extension ControllerTraining.Configuration {
  /// How a controller for any training is trained: by reward alone, over sampled problems, each episode judged by others
  /// from the same start.
  ///
  /// The numbers are measured in Docs/Research-log.md.
  public static func universal(episodes: Int, seed: UInt64 = 0) -> ControllerTraining.Configuration {
    var configuration = ControllerTraining.Configuration()
    configuration.reward = .bestLoss
    configuration.episodes = episodes
    configuration.groupSize = 8
    configuration.episodesPerUpdate = 256
    configuration.normalizerEpisodes = 400
    configuration.featureClip = 5
    configuration.initialRateDecades = -3.25...1.75
    configuration.absence = 0.2
    configuration.branching = 0.5
    configuration.features = .universal
    configuration.action = LearningRateAction(
      logScale: 0.7, looks: 3, lookLogScale: 2.5, minimum: 1e-9, maximum: 1e4)
    configuration.actor = .gru(embedding: 64, hidden: 32)
    configuration.critic = .mlp(hidden: 1)
    configuration.initialLogDeviation = -1.2
    configuration.annealing = .linear
    configuration.policyAverage = 0.98
    configuration.ppo.epochs = 4
    configuration.ppo.minibatches = 4
    configuration.ppo.actorLearningRate = 1e-3
    configuration.ppo.targetKL = 0.02
    configuration.seed = seed
    return configuration
  }

  /// How a controller for any training goes on learning on a few given problems.
  ///
  /// Updates are small, since an episode of a real problem takes long, and so are the steps, since the
  /// controller is good already.
  public static func adaptation(of controller: Controller, episodes: Int, seed: UInt64 = 0)
    -> ControllerTraining.Configuration
  {
    var configuration = universal(episodes: episodes, seed: seed)
    configuration.goOn(from: controller)
    configuration.episodesPerUpdate = 64
    configuration.policyAverage = 0.5
    configuration.ppo.actorLearningRate = 3e-4
    return configuration
  }

  /// How a controller for any training goes on learning on sampled problems, some of them of a kind.
  ///
  /// Steps are as small as for given problems, and the average is over the last ten updates: there are tens, not hundreds.
  public static func continuation(of controller: Controller, episodes: Int, seed: UInt64 = 0)
    -> ControllerTraining.Configuration
  {
    var configuration = universal(episodes: episodes, seed: seed)
    configuration.goOn(from: controller)
    configuration.addFallAfterwards(controller.action.fall)
    configuration.policyAverage = 0.9
    configuration.ppo.actorLearningRate = 3e-4
    return configuration
  }

  /// ``LearningRateAction/fall`` of a controller that drives the user's own optimizer; one that averages its weights needs none.
  public static let usualFall = 0.3

  /// Lets the policy learn without a fall, and gives the trained controller one.
  ///
  /// A policy that learns beside a fall on sampled problems raises its late rates until the fall is made good for.
  public mutating func addFallAfterwards(_ fall: Double) {
    (finalFall, action.fall) = (fall, 0)
  }

  /// Takes what must be as the controller to begin with has it.
  public mutating func goOn(from controller: Controller) {
    normalizerEpisodes = 0
    action = controller.action
    features = controller.features
    (actor, critic) = (controller.policy.configuration.actor, controller.policy.configuration.critic)
  }
}
