/// The answer to one observation: the next rate, and who decided it.
public struct GuardedDecision: Codable, Sendable, Equatable {
  /// The rate of the next interval, per optimizer step.
  public var learningRate: Double
  /// The new rate over the previous one.
  public var scale: Double
  /// What to do next.
  public var verdict: Verdict
  /// Who decided: "controller", "guardian", or "fallback:" and the schedule's name.
  public var source: String
  /// Distance from the training of the controller, see ``Controller/outOfDistribution(of:)``; nil where it is
  /// not defined.
  public var outOfDistribution: Double?

  /// Creates a decision.
  public init(
    learningRate: Double, scale: Double, verdict: Verdict, source: String, outOfDistribution: Double?
  ) {
    self.learningRate = learningRate
    self.scale = scale
    self.verdict = verdict
    self.source = source
    self.outOfDistribution = outOfDistribution
  }
}
