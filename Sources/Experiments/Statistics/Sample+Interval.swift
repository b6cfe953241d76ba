extension Sample {
  /// The interval that holds the true mean with a given confidence, when the measurements are normal.
  ///
  /// `mean -+ t s / sqrt(n)`, t the critical value of Student's distribution with n - 1 degrees of freedom.
  ///
  /// - Parameter confidence: In (0, 1); 0.95 by default.
  /// - Returns: Nothing for a single measurement; the mean alone when there is no spread.
  public func confidenceInterval(_ confidence: Double = 0.95) -> ClosedRange<Double>? {
    guard count > 1 else { return nil }
    let critical = StudentT.criticalValue(confidence: confidence, degreesOfFreedom: Double(count - 1))
    let half = critical * (variance / Double(count)).squareRoot()
    return mean - half...mean + half
  }

  /// The value below which a share of the measurements lies.
  ///
  /// Straight lines between the sorted measurements, which stand at shares 0, 1 / (n - 1), ..., 1: definition 7 of
  /// Hyndman and Fan (1996, "Sample Quantiles in Statistical Packages"), the usual one.
  ///
  /// - Parameter share: In [0, 1]; 0.5 is the median.
  /// - Returns: A value between the lowest and the highest measurement.
  /// - Precondition: The share is in [0, 1].
  public func quantile(_ share: Double) -> Double {
    precondition((0...1).contains(share), "expected a share in [0, 1], got \(share)")
    return Experiments.quantile(share, ofSorted: values.sorted())
  }
}

/// The value below which a share of sorted numbers lies, as ``Sample/quantile(_:)`` describes it.
///
/// Infinite numbers are allowed: between a finite and an infinite one the quantile is infinite.
func quantile(_ share: Double, ofSorted sorted: [Double]) -> Double {
  let place = share * Double(sorted.count - 1)
  let below = Int(place)
  guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
  let fraction = place - Double(below)
  // Infinity times zero is not a number.
  guard fraction > 0, sorted[below] != sorted[below + 1] else { return sorted[below] }
  return sorted[below] * (1 - fraction) + sorted[below + 1] * fraction
}
