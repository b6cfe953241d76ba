/// A problem that a policy acts in, one episode at a time.
public protocol Environment {
  /// Numbers in one observation, at least 1.
  var observationCount: Int { get }
  /// Numbers in one action, at least 1.
  var actionCount: Int { get }

  /// Begins an episode that `seed` alone decides, and returns its first observation.
  mutating func reset(seed: UInt64) throws -> [Float]

  /// Takes an action and returns what follows from it.
  mutating func step(action: [Float]) throws -> EnvironmentStep
}

/// What follows from an action.
public struct EnvironmentStep: Sendable, Equatable {
  /// What the policy sees next.
  public var observation: [Float]
  /// What the action earned.
  public var reward: Float
  /// Whether and how the episode is over.
  public var ending: EpisodeEnding?

  /// Creates a step; `ending` is nil while the episode goes on.
  public init(observation: [Float], reward: Float, ending: EpisodeEnding? = nil) {
    self.observation = observation
    self.reward = reward
    self.ending = ending
  }
}

/// How an episode is over.
public enum EpisodeEnding: Sendable, Equatable, Codable {
  /// By its own rules: nothing more can be earned.
  case terminal
  /// Cut from outside: what could still be earned is estimated by the critic (Pardo et al., 2018, "Time Limits in
  /// Reinforcement Learning").
  case truncated
}
