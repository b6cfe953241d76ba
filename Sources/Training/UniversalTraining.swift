import Foundation
import MetaLR

extension ControllerTraining.Configuration {
  /// How a controller for any training is trained: by reward alone, over sampled problems, each episode judged by others
  /// from the same start.
  ///
  /// The numbers are measured in Docs/Research-log.md.
  ///
  /// - Parameters:
  ///   - episodes: How many, at least 401.
  ///   - averages: Whether the controller drives an optimizer that averages its own steps, to which a falling rate adds
  ///     nothing; elsewhere the rate falls by itself over the last three tenths of a run.
  ///   - seed: Decides every random choice.
  public static func universal(
    episodes: Int, averages: Bool = false, seed: UInt64 = 0
  ) -> ControllerTraining.Configuration {
    var configuration = ControllerTraining.Configuration()
    configuration.reward = .testLoss
    configuration.episodes = episodes
    configuration.groupSize = 8
    configuration.episodesPerUpdate = 256
    configuration.normalizerEpisodes = 400
    configuration.featureClip = 5
    configuration.initialRateDecades = -3.25...1.75
    configuration.absence = 0.2
    configuration.features = .universal
    configuration.action = LearningRateAction(
      logScale: 0.7, looks: 3, lookLogScale: 2.5, fall: averages ? 0 : 0.3, minimum: 1e-9, maximum: 1e4)
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
}
