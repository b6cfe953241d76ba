import Foundation

/// The map from an axis's values to pixels.
struct AxisScale {
  let axis: ChartAxis
  /// The values at the two ends.
  let range: ClosedRange<Double>
  /// The pixel of the lower end and of the upper end; on vertical axes the first is the larger.
  var start = 0.0
  var end = 1.0

  /// A scale for `values`, of which those that the axis cannot show do not count.
  ///
  /// - Parameters:
  ///   - axis: The axis, whose own range wins.
  ///   - lowest: The lowest value to show, if there is any.
  ///   - highest: The highest value to show.
  ///   - padding: Share of the length that is left free at both ends.
  init(axis: ChartAxis, lowest: Double?, highest: Double?, padding: Double) {
    self.axis = axis
    guard axis.range == nil, let lowest, let highest else {
      range = axis.range ?? (axis.scale == .linear ? 0...1 : 0.1...1)
      return
    }
    // Far beyond any measurement, differences and logarithms of doubles stop being finite.
    if axis.scale == .linear {
      range = Self.padded(
        min(max(lowest, -1e300), 1e300), min(max(highest, -1e300), 1e300), padding: padding,
        floor: lowest >= 0,
        loneMargin: max(abs(lowest), abs(highest)) * 0.25)
    } else {
      let ends = Self.padded(
        log10(min(max(lowest, 1e-300), 1e300)), log10(min(max(highest, 1e-300), 1e300)), padding: padding,
        floor: false, loneMargin: 0.5)
      range = pow(10, max(ends.lowerBound, -300))...pow(10, min(ends.upperBound, 300))
    }
  }

  /// Both ends moved outwards; equal ends become a range around the value, and a range that begins near zero
  /// begins at zero when `floor` says that the values are not negative.
  private static func padded(
    _ lowest: Double, _ highest: Double, padding: Double, floor: Bool, loneMargin: Double
  ) -> ClosedRange<Double> {
    let size = max(abs(lowest), abs(highest))
    guard highest - lowest > max(size * 1e-9, 1e-290) else {
      let margin = loneMargin > 1e-290 ? loneMargin : 1
      return lowest - margin...highest + margin
    }
    guard padding > 0 else { return lowest...highest }
    let margin = (highest - lowest) * padding
    let begin = floor && lowest < highest * 0.25 ? 0 : lowest - margin
    return begin...highest + margin
  }

  /// The pixel of a value that the axis shows.
  func position(_ value: Double) -> Double {
    let share =
      axis.scale == .linear
      ? (value - range.lowerBound) / (range.upperBound - range.lowerBound)
      : (log10(value) - log10(range.lowerBound)) / (log10(range.upperBound) - log10(range.lowerBound))
    // A value far outside a chosen range still needs a pixel that SVG viewers can compute with.
    return start + (end - start) * min(max(share, -20), 21)
  }

  /// The marks, as many as the length has room for.
  ///
  /// - Parameter spacing: Pixels that a mark needs.
  /// - Returns: At least two where the range has them.
  func ticks(spacing: Double) -> AxisTicks {
    .fitting(scale: axis.scale, range: range, target: max(2, Int(abs(end - start) / spacing)))
  }
}
