import Foundation

/// What a range test says about the rate to choose.
public enum RateSuggestion: Codable, Sendable, Equatable {
  /// Rates between these are sensible.
  ///
  /// `smallest` is where the loss falls most steeply, the gradient taken by the logarithm of the rate; `largest` is halfway by
  /// the logarithm from there to the rate of the lowest loss.
  case range(smallest: Double, largest: Double)
  /// There is no sensible rate to suggest, and why.
  case none(reason: String)

  /// A fall of the loss below this share of its first level is not a fall.
  private static let leastFall = 0.005
  /// Nor is one below so many standard deviations of the first losses from batch to batch.
  private static let leastDeviations = 3.0
  /// Points of the first level, and the fewest that a slope is looked for in.
  private static let fewestPoints = 8

  /// Reads a curve.
  ///
  /// Losses that do not stand out of their own noise suggest nothing: the fall from the first level (the mean of
  /// the first points) must be more than 0.5% of it, and more than three standard deviations of these points.
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
    let noise = Self.leastDeviations * spread.squareRoot()
    // A curve that rises from its beginning is far below its first level there.
    guard lowest >= 3, level - losses[lowest] > max(Self.leastFall * abs(level), noise) else {
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
    guard let steepest = Self.steepest(points, before: lowest, under: level + noise) else {
      self = .none(reason: "the loss does not fall on the way to its lowest value; take more steps.")
      return
    }
    self = .range(smallest: steepest, largest: (steepest * points[lowest].rate).squareRoot())
  }

  /// The rate of the steepest fall before an index: central differences by the logarithm of the rate.
  ///
  /// A fall from above `level` follows a spike and says nothing about learning.
  private static func steepest(_ points: [RateCurve.Point], before end: Int, under level: Double) -> Double? {
    let falls = (1..<end).compactMap { index -> (gradient: Double, rate: Double)? in
      let (left, right) = (points[index - 1], points[index + 1])
      guard left.smoothLoss <= level, right.smoothLoss < left.smoothLoss else { return nil }
      let run = log(right.rate) - log(left.rate)
      return ((right.smoothLoss - left.smoothLoss) / run, points[index].rate)
    }
    return falls.min { $0.gradient < $1.gradient }?.rate
  }

  private static func text(_ loss: Double) -> String { String(format: "%.4g", loss) }
}
