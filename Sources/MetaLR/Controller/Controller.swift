/// A trained (or fresh) learning-rate controller: what it sees, how it scales what it sees, its policy, and what
/// its answer does to the rate.
///
/// ```swift
/// let controller = try Checkpoint(contentsOf: "fashion.ckpt").controller
/// var session = controller.session()
/// let run = try TrainingRun(of: trainee, ratesFrom: &session, seed: 1, initialLearningRate: 1e-3, plan: RunPlan())
/// ```
public struct Controller: Sendable, Equatable {
  /// Which numbers of an observation it sees.
  public let featureSet: FeatureSet
  /// What its answer does to the rate.
  public let action: LearningRateAction
  /// Brings the features to the scale that the policy was trained on.
  public internal(set) var normalizer: ObservationNormalizer
  /// The actor that decides, and the critic that taught it.
  public internal(set) var policy: ActorCritic

  /// Puts a controller together.
  ///
  /// - Precondition: Normaliser and policy take as many numbers as the feature set has.
  public init(
    featureSet: FeatureSet, action: LearningRateAction, normalizer: ObservationNormalizer, policy: ActorCritic
  ) {
    precondition(
      policy.observationCount == featureSet.count && normalizer.observationCount == featureSet.count
        && policy.actionCount == 1,
      "Feature set '\(featureSet.rawValue)' has \(featureSet.count) features, the policy takes "
        + "\(policy.observationCount) for \(policy.actionCount) action, the normaliser \(normalizer.observationCount)"
    )
    self.featureSet = featureSet
    self.action = action
    self.normalizer = normalizer
    self.policy = policy
  }

  /// The features of an observation on the scale of the policy.
  public func features(of observation: Observation) -> [Float] {
    normalizer.normalize(featureSet.values(of: observation))
  }

  /// Begins to control one run; the answers depend on the observations alone.
  public func session() -> ControllerSession { ControllerSession(controller: self) }
}
