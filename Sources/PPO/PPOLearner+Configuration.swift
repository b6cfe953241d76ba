extension PPOLearner {
  /// How an update is made.
  ///
  /// The defaults are Xu et al., 2019, where they say, and Huang et al., 2022, where they do
  /// not; Docs/PPO.md lists both.
  public struct Configuration: Sendable, Equatable, Codable {
    /// Gamma, the worth of a reward one step later, in [0, 1]; 0.99 by default.
    public var discount = 0.99
    /// Lambda of generalised advantage estimation, in [0, 1]; 0.95 by default.
    public var gaeLambda = 0.95
    /// How far the ratio of new to old probability may pay off, 1 plus or minus this, in (0, 1); 0.2 by default.
    public var clipRange = 0.2
    /// Passes over the episodes in one update, at least 1; 10 by default.
    public var epochs = 10
    /// Parts that a pass is split into, an optimizer step for each, at least 1; 4 by default.
    ///
    /// A recurrent network's
    /// parts are whole episodes, so there are never more parts than episodes.
    public var minibatches = 4
    /// The actor's learning rate, positive; 0.001 by default.
    public var actorLearningRate = 1e-3
    /// The critic's learning rate, positive; 0.005 by default.
    public var criticLearningRate = 5e-3
    /// What Adam adds to its denominator, positive; 1e-5 by default.
    public var adamEpsilon = 1e-5
    /// Bound on the L2 norm of each network's gradient, positive; 0.5 by default.
    public var maximumGradientNorm = 0.5
    /// Worth of a nat of the policy's entropy in its loss, at least 0; 0 by default.
    public var entropyCoefficient = 0.0
    /// Whether advantages are brought to mean 0 and standard deviation 1, in each minibatch, or over all episodes of
    /// the update where a network is recurrent; true by default.
    public var normalizesAdvantages = true
    /// The update stops before a minibatch whose approximate KL divergence from the old policy is above 1.5 times
    /// this, positive; nil, the default, for never.
    public var targetKL: Double?

    /// The defaults; set what should differ.
    public init() {}

    /// Checks every option's range.
    ///
    /// - Throws: ``PPOError/invalidOption(name:value:requirement:)``, which names the option.
    public func validate() throws(PPOError) {
      for (name, value) in [("discount", discount), ("gaeLambda", gaeLambda)] {
        try require(name, value, (0...1).contains(value), "between 0 and 1")
      }
      try require("clipRange", clipRange, clipRange > 0 && clipRange < 1, "between 0 and 1, both excluded")
      for (name, value) in [("epochs", epochs), ("minibatches", minibatches)] {
        try require(name, value, value >= 1, "at least 1")
      }
      let positive = [
        ("actorLearningRate", actorLearningRate), ("criticLearningRate", criticLearningRate),
        ("adamEpsilon", adamEpsilon), ("maximumGradientNorm", maximumGradientNorm),
        ("targetKL", targetKL ?? 1),
      ]
      for (name, value) in positive {
        // The learner computes in single precision, in which 1e-300 is 0.
        let single = Float(value)
        try require(name, value, single > 0 && single.isFinite, "positive and finite in single precision")
      }
      try require(
        "entropyCoefficient", entropyCoefficient, entropyCoefficient >= 0 && entropyCoefficient.isFinite,
        "at least 0 and finite")
    }
  }
}
