/// A number that a controller sees: a named function of the run so far.
public struct Feature: Sendable {
  /// Its name, in checkpoints too: "validation loss over first".
  public let name: String
  /// What it is absent with.
  public let group: FeatureGroup
  private let function: @Sendable (RunHistory) -> Double?

  /// Creates a feature; `function` gives nil where a measure that it needs is absent.
  init(_ name: String, _ group: FeatureGroup, _ function: @escaping @Sendable (RunHistory) -> Double?) {
    self.name = name
    self.group = group
    self.function = function
  }

  /// The value after the latest reading; nil where it is absent.
  public func value(of history: RunHistory) -> Double? {
    history.hidden.contains(group) ? nil : function(history)
  }

  /// Every feature that this build knows.
  public static let all = paperFeatures + lossFeatures + gradientFeatures + rateFeatures + presenceFeatures

  static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
