import MetaLR

/// Range tests from several initialisations, seen together.
public struct RateSurvey: Sendable {
  /// A value of which a tenth of the runs are below `low`, half below `median`, and nine tenths below `high`.
  public struct Quantiles: Encodable, Sendable, Equatable {
    /// The 10% quantile.
    public let low: Double
    /// The median.
    public let median: Double
    /// The 90% quantile.
    public let high: Double

    /// Quantiles of values of which any may be infinite; nil where there are none.
    init?(_ values: [Double]) {
      guard !values.isEmpty else { return nil }
      let sorted = values.sorted()
      (low, median, high) = (
        quantile(0.1, ofSorted: sorted), quantile(0.5, ofSorted: sorted), quantile(0.9, ofSorted: sorted)
      )
    }
  }

  /// One rate over all runs.
  public struct Row: Encodable, Sendable, Equatable {
    /// The rate.
    public let rate: Double
    /// The smoothed loss; a run that had diverged counts as infinite.
    public let loss: Quantiles
    /// The validation loss, likewise.
    public let validationLoss: Quantiles
    /// The share of runs that had diverged at this rate or before, in [0, 1].
    public let diverged: Double
  }

  /// The runs, in the order of their seeds.
  public let curves: [RateCurve]
  /// What each suggests.
  public let suggestions: [RateSuggestion]
  /// One row for each rate.
  public let rows: [Row]

  /// Puts runs at the same rates together.
  ///
  /// - Parameters:
  ///   - curves: The runs, at least one.
  ///   - rates: The rates of their steps.
  public init(_ curves: [RateCurve], rates: [Double]) {
    self.curves = curves
    suggestions = curves.map(RateSuggestion.init)
    rows = rates.enumerated().compactMap { index, rate in
      func quantiles(_ value: (RateCurve.Point) -> Double) -> Quantiles? {
        Quantiles(
          curves.map { curve in
            guard index < curve.points.count else { return .infinity }
            let value = value(curve.points[index])
            return value.isFinite ? value : .infinity
          })
      }
      guard let loss = quantiles(\.smoothLoss), let validationLoss = quantiles(\.validationLoss) else {
        return nil
      }
      let diverged = curves.count { $0.divergedAt.map { $0 <= rate } ?? false }
      return Row(
        rate: rate, loss: loss, validationLoss: validationLoss,
        diverged: Double(diverged) / Double(curves.count))
    }
  }

  /// The smallest sensible rates of the runs that have one.
  public var smallest: Quantiles? { Quantiles(ranges.map(\.smallest)) }
  /// The largest sensible rates of the runs that have one.
  public var largest: Quantiles? { Quantiles(ranges.map(\.largest)) }

  private var ranges: [(smallest: Double, largest: Double)] {
    suggestions.compactMap {
      if case .range(let smallest, let largest) = $0 { (smallest, largest) } else { nil }
    }
  }
}
