import Experiments
import Foundation
import MetaLR
import Reports

/// Pictures of methods on the same seeds: one panel for each initial rate.
struct MethodPictures {
  let results: [MethodRuns]

  /// The rate over the steps, every run a line of its own.
  var schedules: ChartFigure {
    figure(title: "Learning rates", note: "each line is one seed") { result in
      lines(of: result).map { ChartSeries(result.method, x: $0.steps, y: $0.rates) }
    } vertical: {
      .learningRates(results.flatMap(lines).flatMap(\.rates))
    }
  }

  private func lines(of result: MethodRuns) -> [RateLine] {
    result.runs.map { RateLine($0, method: result.method) }
  }

  /// The validation loss over the steps, geometric mean and standard deviation of the seeds.
  var losses: ChartFigure {
    figure(title: "Validation loss", note: LogarithmicBand.note) { result in
      let length = result.runs.map(\.observations.count).min() ?? 0
      let columns = (0..<length).map { index in
        LogarithmicBand(result.runs.map { $0.observations[index].validationLoss })
      }
      return [
        ChartSeries(
          result.method, x: (result.runs.first?.observations ?? []).prefix(length).map { Double($0.step) },
          y: columns.map { $0?.middle ?? .nan },
          band: .init(lower: columns.map { $0?.lower ?? .nan }, upper: columns.map { $0?.upper ?? .nan }))
      ]
    } vertical: {
      ChartAxis("Validation loss", scale: .logarithmic)
    }
  }

  private func figure(
    title: String, note: String, series: (MethodRuns) -> [ChartSeries], vertical: () -> ChartAxis
  ) -> ChartFigure {
    var rates: [Double] = []
    for result in results where !rates.contains(result.initialLearningRate) {
      rates.append(result.initialLearningRate)
    }
    return ChartFigure(
      title: title, note: note,
      panels: rates.map { rate in
        LineChart(
          title: "from \(rate)", horizontal: ChartAxis("Step"), vertical: vertical(),
          series: results.filter { $0.initialLearningRate == rate }.flatMap(series))
      }, sharesVerticalRange: true)
  }
}

extension LogarithmicBand {
  /// What pictures say of it.
  static let note = "geometric mean of the seeds, band of one standard deviation of the logarithm"
}
