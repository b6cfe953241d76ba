/// What happened in one episode, from its beginning: the material that an update learns from.
///
/// T steps, D observation entries, A action entries; observations and actions are stored step after step.
public struct Episode: Sendable, Equatable, Codable {
  /// Numbers in one observation, D.
  public let observationCount: Int
  /// Numbers in one action, A.
  public let actionCount: Int
  /// What the policy saw before each action (T, D).
  public private(set) var observations: [Float] = []
  /// What the policy drew, before any clipping by the environment (T, A).
  public private(set) var actions: [Float] = []
  /// Log density of each action under the policy that drew it (T).
  public private(set) var logProbabilities: [Float] = []
  /// Reward that followed each action (T).
  ///
  /// Scale it before the update if its size is not near 1.
  public var rewards: [Float] = []
  /// The critic's value of each observation, or in a group what the episode was worth before each action (T).
  public var values: [Float] = []
  /// Value of what comes after the last step: 0 when the episode ended by itself, the critic's value of the last
  /// observation when it was cut from outside.
  public var bootstrapValue: Float = 0

  /// Number of steps, T.
  public var stepCount: Int { rewards.count }

  /// Sum of the rewards, undiscounted.
  public var totalReward: Float { rewards.reduce(0, +) }

  /// An episode without steps, to be filled by ``append(observation:decision:reward:)``.
  public init(observationCount: Int, actionCount: Int) {
    self.observationCount = observationCount
    self.actionCount = actionCount
  }

  /// Replaces every observation by what `transform` makes of it.
  ///
  /// - Precondition: `transform` keeps the number of entries.
  public mutating func mapObservations(_ transform: ([Float]) -> [Float]) {
    let mapped = stride(from: 0, to: observations.count, by: observationCount).flatMap {
      transform(Array(observations[$0..<$0 + observationCount]))
    }
    precondition(
      mapped.count == observations.count,
      "expected \(observationCount) entries an observation after the change as before")
    observations = mapped
  }

  /// Adds one step.
  ///
  /// - Parameters:
  ///   - observation: What the policy saw (D).
  ///   - decision: What it answered.
  ///   - reward: What followed.
  /// - Precondition: The observation has D entries and the action A.
  public mutating func append(observation: [Float], decision: Decision, reward: Float) {
    precondition(
      observation.count == observationCount,
      "expected \(observationCount) observation entries, got \(observation.count)")
    precondition(
      decision.action.count == actionCount,
      "expected \(actionCount) action entries, got \(decision.action.count)")
    observations += observation
    actions += decision.action
    logProbabilities.append(decision.logProbability)
    values.append(decision.value)
    rewards.append(reward)
  }
}

/// What a policy decides at one step.
public struct Decision: Sendable, Equatable, Codable {
  /// The action drawn from the policy's normal distribution, unbounded.
  public var action: [Float]
  /// Log density of the action, in nats.
  public var logProbability: Float
  /// The critic's estimate of the discounted return from here.
  public var value: Float

  /// Creates a decision; the properties document each number.
  public init(action: [Float], logProbability: Float, value: Float) {
    self.action = action
    self.logProbability = logProbability
    self.value = value
  }
}
