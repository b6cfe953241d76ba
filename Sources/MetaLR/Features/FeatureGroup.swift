/// What features have in common, so that they are absent together.
public enum FeatureGroup: String, Codable, CaseIterable, Sendable {
  /// The training loss, which every run has.
  case training
  /// The rate and the controller's own action, which every run has.
  case rate
  /// The validation loss.
  case validation
  /// Predictions on the validation split, and the last layer's weights.
  case predictions
  /// Gradients and updates.
  case gradients
  /// The step budget, and how much of it is used.
  case budget
  /// Sizes: batch, parameters, classes, examples.
  case sizes

  /// Whether a run may lack it.
  public var mayBeAbsent: Bool { self != .training && self != .rate }
}
