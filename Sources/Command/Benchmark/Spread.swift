/// The middle and the spread of some measurements.
struct Spread: Encodable, Equatable {
  let median: Double
  let lowerQuartile: Double
  let upperQuartile: Double
  let smallest: Double
  let greatest: Double

  /// Quantiles by linear interpolation between the two nearest values, as NumPy's default.
  ///
  /// - Precondition: There is at least one value.
  init(_ values: [Double]) {
    precondition(!values.isEmpty, "a spread needs at least one value, got none")
    let sorted = values.sorted()
    func quantile(_ share: Double) -> Double {
      let place = share * Double(sorted.count - 1)
      let below = Int(place)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
    median = quantile(0.5)
    lowerQuartile = quantile(0.25)
    upperQuartile = quantile(0.75)
    smallest = sorted[0]
    greatest = sorted[sorted.count - 1]
  }
}
