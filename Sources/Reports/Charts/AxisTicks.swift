import Foundation

/// The marks of an axis: where they are and what stands beside them.
struct AxisTicks {
  /// Marks with a label and a grid line.
  var labelled: [(value: Double, label: TickLabel)]
  /// Short marks between them, on logarithmic axes.
  var minor: [Double] = []

  /// Marks for an axis that shows `range`.
  ///
  /// - Parameters:
  ///   - scale: Linear or logarithmic.
  ///   - range: The values at the ends.
  ///   - target: About how many labels there is room for.
  /// - Returns: Marks from the lower to the upper end.
  static func fitting(scale: ChartAxis.Scale, range: ClosedRange<Double>, target: Int) -> AxisTicks {
    scale == .linear ? linear(range, target: target) : logarithmic(range, target: target)
  }

  /// Multiples of 1, 2 or 5 times a power of ten.
  private static func linear(_ range: ClosedRange<Double>, target: Int) -> AxisTicks {
    let (values, step) = multiples(in: range, target: target)
    let largest = values.map(abs).max() ?? 0
    return AxisTicks(labelled: values.map { ($0, TickLabel(value: $0, step: step, largest: largest)) })
  }

  /// Powers of ten where enough are in the range, else their multiples by 2 and 5, else as on a linear axis.
  private static func logarithmic(_ range: ClosedRange<Double>, target: Int) -> AxisTicks {
    let tolerant = range.lowerBound * (1 - 1e-9)...range.upperBound * (1 + 1e-9)
    let first = Int(log10(range.lowerBound).rounded(.down))
    let last = Int(log10(range.upperBound).rounded(.up))
    let decades = (first...last).filter { tolerant.contains(pow(10, Double($0))) }
    let digits = (first...last).flatMap { exponent in (2...9).map { (Double($0), exponent) } }
      .filter { tolerant.contains($0.0 * pow(10, Double($0.1))) }
    let between = digits.map { $0.0 * pow(10, Double($0.1)) }
    if decades.count >= 3 || (decades.count == 2 && target < 4) {
      let stride = (decades.count + max(target, 2) - 1) / max(target, 2)
      let shown = decades.filter { $0.isMultiple(of: stride) }
      let isPlain = (shown.map(abs).max() ?? 0) <= 3
      return AxisTicks(
        labelled: shown.map {
          (pow(10, Double($0)), isPlain ? TickLabel(decade: $0) : TickLabel(powerOfTen: $0))
        },
        minor: stride > 1 ? decades.map { pow(10, Double($0)) } : decades.count <= 6 ? between : [])
    }
    let steps = decades.map { (1.0, $0) } + digits.filter { $0.0 == 2 || $0.0 == 5 }
    guard steps.count >= 3 else { return linear(range, target: min(target, 4)) }
    let isPlain = steps.allSatisfy { abs($0.1) <= 3 }
    let labelled = steps.map { digit, exponent in
      (digit * pow(10, Double(exponent)), TickLabel(digit: digit, exponent: exponent, isPlain: isPlain))
    }
    return AxisTicks(labelled: labelled.sorted { $0.0 < $1.0 }, minor: between)
  }

  /// The multiples of a round step in `range`, and the step.
  private static func multiples(in range: ClosedRange<Double>, target: Int) -> ([Double], step: Double) {
    let rough = (range.upperBound / Double(max(target, 1)) - range.lowerBound / Double(max(target, 1)))
    let magnitude = pow(10, log10(rough).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * magnitude }.first { $0 >= rough * (1 - 1e-9) } ?? 10 * magnitude
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard first <= last else { return ([], step) }
    return ((0...Int(last - first)).map { (first + Double($0)) * step }, step)
  }
}
