/// A trained (or fresh) learning-rate controller: what it sees, how it scales what it sees, its policy, and what
/// its answer does to the rate.
///
/// ```swift
/// let controller = try Checkpoint(contentsOf: "fashion.ckpt").controller
/// var session = controller.session()
/// let run = try TrainingRun(of: trainee, ratesFrom: &session, seed: 1, initialLearningRate: 1e-3, plan: RunPlan())
/// ```
public struct Controller: Sendable, Equatable {
  /// What it sees of a run.
  public let features: FeatureList
  /// What its answer does to the rate.
  public let action: LearningRateAction
  /// Brings the features to the scale that the policy was trained on.
  public internal(set) var normalizer: ObservationNormalizer
  /// The actor that decides, and the critic that taught it.
  public internal(set) var policy: ActorCritic

  /// Puts a controller together.
  ///
  /// - Precondition: Normalizer and policy take as many numbers as there are features.
  public init(
    features: FeatureList, action: LearningRateAction, normalizer: ObservationNormalizer, policy: ActorCritic
  ) {
    precondition(
      policy.observationCount == features.count && normalizer.observationCount == features.count
        && policy.actionCount == 1,
      "There are \(features.count) features, the policy takes \(policy.observationCount) for "
        + "\(policy.actionCount) action, the normalizer \(normalizer.observationCount)"
    )
    self.features = features
    self.action = action
    self.normalizer = normalizer
    self.policy = policy
  }

  /// What the policy sees of a run so far: its features on the policy's scale, 0 (the mean) for an absent one.
  public func inputs(of history: RunHistory) -> [Float] { inputs(of: features.values(of: history)) }

  func inputs(of values: [Float?]) -> [Float] {
    var inputs = normalizer.normalize(values.map { $0 ?? 0 })
    for index in inputs.indices where values[index] == nil { inputs[index] = 0 }
    return inputs
  }

  /// Begins to control one run; the answers depend on the observations alone.
  ///
  /// - Parameter hidden: Groups of features to take as absent, whatever the trainee reports.
  /// - Returns: The session.
  public func session(hiding hidden: Set<FeatureGroup> = []) -> ControllerSession {
    ControllerSession(controller: self, hiding: hidden)
  }
}
