import Reports

extension ChartAxis {
  /// The axis of some rates.
  ///
  /// From the lowest to the highest rate, but no more than four decades: a schedule that ends near zero would otherwise
  /// press all others together.
  static func learningRates(_ rates: [Double]) -> ChartAxis {
    let rates = rates.filter { $0 > 0 }
    let range = rates.min().flatMap { lowest in
      rates.max().map { highest in max(lowest, highest / 10_000) / 1.5...highest * 1.5 }
    }
    return ChartAxis("Learning rate", scale: .logarithmic, range: range)
  }
}
