/// One axis of a chart: what it measures and how values become lengths.
public struct ChartAxis: Sendable, Equatable {
  /// How values become lengths along the axis.
  public enum Scale: Sendable, Equatable {
    /// Equal differences have equal lengths.
    case linear
    /// Equal ratios have equal lengths; values of zero and below cannot be shown and leave a gap.
    case logarithmic
  }

  /// What the axis measures, "Learning rate" for instance.
  public let title: String
  /// The unit, shown in brackets after the title; empty for pure numbers.
  public let unit: String
  /// How values become lengths.
  public let scale: Scale
  /// The values at the two ends, or nothing to fit the data; what lies outside is cut off.
  public let range: ClosedRange<Double>?

  /// Creates an axis.
  ///
  /// - Parameters:
  ///   - title: What the axis measures.
  ///   - unit: The unit, "s" for instance; empty by default.
  ///   - scale: Linear by default.
  ///   - range: The values at the two ends; by default the data decide.
  /// - Precondition: The range has finite ends, which differ, and which are positive on a logarithmic scale.
  public init(
    _ title: String, unit: String = "", scale: Scale = .linear, range: ClosedRange<Double>? = nil
  ) {
    if let range {
      precondition(
        (range.upperBound - range.lowerBound).isFinite && range.upperBound - range.lowerBound > 1e-290
          && (scale == .linear || range.lowerBound > 0),
        "expected a finite range of some length, positive on a logarithmic scale, got \(range)")
    }
    self.title = title
    self.unit = unit
    self.scale = scale
    self.range = range
  }

  /// The title with its unit.
  var label: String { unit.isEmpty ? title : "\(title) (\(unit))" }

  /// Whether a value has a place on the axis.
  func shows(_ value: Double) -> Bool {
    value.isFinite && (scale == .linear || value > 0)
  }
}
