/// How an update went: what to log and to watch.
public struct UpdateStatistics: Sendable, Equatable, Codable {
  /// Mean clipped surrogate loss over all minibatches, without the entropy's share; half the mean squared error of the
  /// actions where the update imitates.
  public var policyLoss: Double
  /// Mean critic loss over all minibatches: half the mean squared error to the returns.
  public var valueLoss: Double
  /// Entropy of the policy after the update, in nats, summed over the action's entries.
  public var entropy: Double
  /// Mean of (ratio - 1) - log ratio in the last pass: an estimate of the KL divergence of the new policy from the
  /// old that is never negative (Schulman, 2020, "Approximating KL Divergence").
  public var approximateKL: Double
  /// Share of steps, over all minibatches, whose ratio was outside the clip range.
  public var clipFraction: Double
  /// 1 - Var(returns - values) / Var(returns), before the update: 1 for a perfect critic, 0 for one no better than a
  /// constant; nil when all returns are the same.
  public var explainedVariance: Double?
  /// Mean L2 norm of the actor's gradient before clipping.
  public var actorGradientNorm: Double
  /// Mean L2 norm of the critic's gradient before clipping.
  public var criticGradientNorm: Double
  /// Largest distance of a ratio from 1 in the first minibatch, before anything has changed: 0 unless the episodes
  /// come from another policy.
  public var firstRatioDeviation: Double
  /// Passes begun; fewer than configured when ``PPOLearner/Configuration/targetKL`` stopped the update.
  public var epochs: Int
}
