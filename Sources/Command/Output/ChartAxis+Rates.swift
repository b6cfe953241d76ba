import MetaLR
import Reports

extension ChartAxis {
  /// The axis of the rates of some runs.
  ///
  /// From the lowest to the highest rate, but no more than four decades: a schedule that ends near zero would otherwise
  /// press all others together.
  static func learningRates(of runs: [TrainingRun]) -> ChartAxis {
    let rates = runs.flatMap(\.observations).map(\.learningRate).filter { $0 > 0 }
    let range = rates.min().flatMap { lowest in
      rates.max().map { highest in max(lowest, highest / 10_000) / 1.5...highest * 1.5 }
    }
    return ChartAxis("Learning rate", scale: .logarithmic, range: range)
  }
}
