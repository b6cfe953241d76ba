import Foundation

/// What a range test says about the rate to choose.
public enum RateSuggestion: Codable, Sendable, Equatable {
  /// Rates between these are sensible.
  ///
  /// `smallest` is where the loss falls most steeply, the slope taken by the logarithm of the rate; `largest` is a tenth of the rate
  /// of the lowest loss. Where the steepest fall lies above that tenth, both are the tenth.
  case range(smallest: Double, largest: Double)
  /// There is no sensible rate to suggest, and why.
  case none(reason: String)

  /// A fall of the loss below this share of its first value is not a fall; losses of untrained classifiers differ by as
  /// much from batch to batch.
  private static let leastFall = 0.02
  /// Points of the first level, and the fewest that a slope is looked for in.
  private static let fewestPoints = 8

  /// Reads a curve.
  ///
  /// Losses that do not stand out of their own noise suggest nothing: the fall from the first level (the mean of
  /// the first points) must be more than 2% of it, and more than twice the standard error of that level.
  public init(_ curve: RateCurve) {
    let points = curve.points.filter { $0.smoothLoss.isFinite && $0.rate > 0 }
    guard points.count >= Self.fewestPoints else {
      self = .none(
        reason: "there are only \(points.count) finite losses; begin at a lower rate, or take more steps.")
      return
    }
    let losses = points.map(\.smoothLoss)
    let lowest = losses.indices.min { losses[$0] < losses[$1] } ?? 0
    let first = points.prefix(max(Self.fewestPoints, points.count / 10)).map(\.loss)
    let level = first.reduce(0, +) / Double(first.count)
    let spread = first.reduce(0) { $0 + ($1 - level) * ($1 - level) } / Double(first.count - 1)
    let fall = level - losses[lowest]
    // A curve that rises from its beginning is far below its first level there.
    guard lowest >= 3,
      fall > max(Self.leastFall * abs(level), 2 * (spread / Double(first.count)).squareRoot())
    else {
      self = .none(
        reason: "the loss never falls clearly below its first level of \(Self.text(level)); "
          + "begin at a lower rate, or look at data and model.")
      return
    }
    guard lowest < points.count - 1 || curve.stop != nil else {
      self = .none(
        reason: "the loss still falls at the highest rate, \(points[lowest].rate); raise the highest rate.")
      return
    }
    let largest = points[lowest].rate / 10
    guard let steepest = Self.steepest(points, before: lowest) else {
      self = .none(reason: "the loss does not fall on the way to its lowest value; take more steps.")
      return
    }
    self = .range(smallest: min(steepest, largest), largest: largest)
  }

  /// The rate of the steepest fall before an index: central differences by the logarithm of the rate.
  private static func steepest(_ points: [RateCurve.Point], before end: Int) -> Double? {
    guard end >= 2 else { return nil }
    let slopes = (1..<end).map { index -> (slope: Double, rate: Double) in
      let (left, right) = (points[index - 1], points[index + 1])
      let run = log(right.rate) - log(left.rate)
      return ((right.smoothLoss - left.smoothLoss) / run, points[index].rate)
    }
    guard let steepest = slopes.min(by: { $0.slope < $1.slope }), steepest.slope < 0 else { return nil }
    return steepest.rate
  }

  private static func text(_ loss: Double) -> String { String(format: "%.4g", loss) }
}
