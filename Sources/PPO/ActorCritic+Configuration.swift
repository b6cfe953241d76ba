extension ActorCritic {
  /// Sizes and kinds of the two networks.
  public struct Configuration: Sendable, Equatable, Codable {
    /// Numbers in one observation, at least 1.
    public var observationCount: Int
    /// Numbers in one action, at least 1; 1 by default.
    public var actionCount: Int
    /// What maps observations to the mean action; an MLP of 32 tanh units by default.
    public var actor: NetworkShape
    /// What maps observations to the value; an MLP of 32 tanh units by default.
    public var critic: NetworkShape
    /// Logarithm of the standard deviation that exploration starts from, in [-10, 2]; -0.5 by default.
    public var initialLogStandardDeviation: Float

    /// Creates a configuration; the properties document each option.
    public init(
      observationCount: Int, actionCount: Int = 1, actor: NetworkShape = .mlp(hidden: 32),
      critic: NetworkShape = .mlp(hidden: 32), initialLogStandardDeviation: Float = -0.5
    ) {
      self.observationCount = observationCount
      self.actionCount = actionCount
      self.actor = actor
      self.critic = critic
      self.initialLogStandardDeviation = initialLogStandardDeviation
    }

    /// Checks every option's range.
    ///
    /// - Throws: ``PPOError/invalidOption(name:value:requirement:)``, which names the option.
    public func validate() throws(PPOError) {
      var sizes = [
        ("observationCount", observationCount), ("actionCount", actionCount),
        ("actor.hidden", actor.hidden), ("critic.hidden", critic.hidden),
      ]
      for (name, shape) in [("actor.embedding", actor), ("critic.embedding", critic)] {
        if case .gru(let embedding, _) = shape { sizes.append((name, embedding)) }
      }
      for (name, size) in sizes {
        try require(name, size, (1...65_536).contains(size), "between 1 and 65536")
      }
      try require(
        "initialLogStandardDeviation", initialLogStandardDeviation,
        (-10...2).contains(initialLogStandardDeviation), "between -10 and 2")
    }
  }
}

/// Throws unless `holds`, with the option's name and value and what is asked of it.
func require(
  _ name: String, _ value: some CustomStringConvertible, _ holds: Bool, _ requirement: String
) throws(PPOError) {
  guard holds else {
    throw .invalidOption(name: name, value: value.description, requirement: requirement)
  }
}
