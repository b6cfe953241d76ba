import Experiments
import Foundation
import MetaLR
import Reports

/// The panels of one task, as in the figures of Xu and others (2019).
struct TaskPictures {
  let results: TaskResults

  private var runs: [ComparedRuns] { results.runs.filter { $0.missing == nil } }

  /// The validation loss over the steps: geometric mean of the seeds, band of one standard deviation of the logarithm.
  var losses: LineChart {
    LineChart(
      title: results.title, horizontal: ChartAxis("Step"),
      vertical: ChartAxis("Validation loss", scale: .logarithmic),
      series: runs.map { compared in
        Self.series(compared, values: \.validationLoss) { values in
          LogarithmicBand(values).map { ($0.middle, $0.lower, $0.upper) }
        }
      })
  }

  /// The rate over the steps: a schedule's own; else the geometric mean of the seeds, band from the lowest to the highest.
  var rates: LineChart {
    let series = runs.map(Self.rateSeries)
    return LineChart(
      title: results.title, horizontal: ChartAxis("Step"),
      vertical: .learningRates(series.flatMap { $0.y + ($0.band.map { $0.lower + $0.upper } ?? []) }),
      series: series)
  }

  private static func rateSeries(_ compared: ComparedRuns) -> ChartSeries {
    let longest = compared.runs.runs.max { $0.final.step < $1.final.step }
    if let line = longest.flatMap({ RateLine(ofSchedule: compared.runs.method, in: $0) }) {
      return ChartSeries(name(compared), x: line.steps, y: line.rates)
    }
    return series(compared, values: \.learningRate) { rates in
      guard let sample = Sample(rates.map(log)), let lowest = rates.min(), let highest = rates.max() else {
        return nil
      }
      return (exp(sample.mean), lowest, highest)
    }
  }

  private static func name(_ compared: ComparedRuns) -> String {
    compared.contender + (compared.isGivenInitialRate ? " from \(compared.runs.initialLearningRate)" : "")
  }

  /// A line through what `summarise` makes of the values at each reading of the runs that came so far.
  private static func series(
    _ compared: ComparedRuns, values: KeyPath<Observation, Double>,
    summarise: ([Double]) -> (middle: Double, lower: Double, upper: Double)?
  ) -> ChartSeries {
    let runs = compared.runs.runs.map(\.observations)
    let longest = runs.max { $0.count < $1.count } ?? []
    // A reading at step 0 has no rate of steps before it.
    let columns = longest.indices.dropFirst().map { index in
      summarise(runs.compactMap { index < $0.count ? $0[index][keyPath: values] : nil })
    }
    return ChartSeries(
      name(compared),
      x: longest.dropFirst().map { Double($0.step) }, y: columns.map { $0?.middle ?? .nan },
      band: .init(lower: columns.map { $0?.lower ?? .nan }, upper: columns.map { $0?.upper ?? .nan }))
  }
}
