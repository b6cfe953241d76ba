import Trainee

extension Observation {
  /// The loss of a trial step that ruins the network.
  private static let ruinousLoss = 1e9

  /// A look as controllers see it: what a ruinous trial step leaves that is not finite is absent, and its loss is a large
  /// one.
  public var asLook: Observation {
    var seen = self
    for measure in measures.measures where seen[measure]?.isFinite == false {
      seen[measure] = measure == .trainLoss ? Self.ruinousLoss : nil
    }
    return seen
  }
}
