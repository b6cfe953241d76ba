import Experiments
import Foundation
import Reports

extension RateReport {
  /// Writes the curves and their picture.
  ///
  /// - Returns: The paths.
  func write(to folder: String) throws -> [String] {
    let paths = ["find-rate.csv", "find-rate.svg"].map { "\(folder)/\($0)" }
    try table.write(to: paths[0])
    try picture.write(to: paths[1])
    return paths
  }

  private var table: CSVTable {
    var table = CSVTable(columns: [
      "batch_size", "seed", "rate", "loss", "smooth_loss", "validation_loss",
    ])
    for named in surveys {
      for curve in named.survey.curves {
        for point in curve.points {
          let losses = [point.rate, point.loss, point.smoothLoss].map { "\($0)" }
          table.addRow(
            ["\(named.trainee.batchSize)", "\(curve.seed)"] + losses + [
              validation ? "\(point.validationLoss)" : ""
            ])
        }
      }
    }
    return table
  }

  /// The losses by rate, and below them the share of runs that had diverged where there are several.
  private var picture: ChartFigure {
    let several = surveys.contains { $0.survey.curves.count > 1 }
    let losses = LineChart(
      title: "Loss", horizontal: axis, vertical: ChartAxis("Loss", range: lossRange),
      series: surveys.flatMap { named in
        [series(named, "training", \.loss)]
          + (validation ? [series(named, "validation", \.validationLoss)] : [])
          + marks(named)
      })
    let diverged = LineChart(
      title: "Diverged runs", horizontal: axis, vertical: ChartAxis("Share of runs", range: 0...1),
      series: surveys.map { named in
        ChartSeries(
          name(named, "training"), x: named.survey.rows.map(\.rate), y: named.survey.rows.map(\.diverged))
      })
    return ChartFigure(
      title: "Range test",
      note: several ? "medians, bands from the 10% to the 90% quantile" : "the smoothed loss of each step",
      panels: several ? [losses, diverged] : [losses], columns: 1)
  }

  private var axis: ChartAxis { ChartAxis("Learning rate", scale: .logarithmic) }

  /// From the lowest of the losses that are shown to a little above the first: what is above says only that a run explodes.
  var lossRange: ClosedRange<Double>? {
    let kinds: [KeyPath<RateSurvey.Row, Double>] =
      [\.loss.median] + (validation ? [\.validationLoss.median] : [])
    let lines = surveys.flatMap { named in
      kinds.map { kind in named.survey.rows.map { $0[keyPath: kind] }.filter(\.isFinite) }
    }
    guard let first = lines.compactMap(\.first).max(), let lowest = lines.joined().min() else { return nil }
    return lowest - 0.1 * abs(lowest)...first + 0.3 * abs(first)
  }

  private func name(_ named: Survey, _ kind: String) -> String {
    surveys.count == 1 && !validation
      ? "loss" : surveys.count == 1 ? kind : validation ? "\(named.name), \(kind)" : named.name
  }

  private func series(
    _ named: Survey, _ kind: String, _ value: KeyPath<RateSurvey.Row, RateSurvey.Quantiles>
  ) -> ChartSeries {
    let rows = named.survey.rows
    let quantiles = rows.map { $0[keyPath: value] }
    return ChartSeries(
      name(named, kind), x: rows.map(\.rate), y: quantiles.map(\.median),
      band: named.survey.curves.count > 1
        ? .init(lower: quantiles.map(\.low), upper: quantiles.map(\.high)) : nil)
  }

  /// Upright lines at the median suggestions.
  private func marks(_ named: Survey) -> [ChartSeries] {
    guard let range = lossRange, surveys.count == 1 else { return [] }
    let suggestions = [
      ("smallest sensible", named.survey.smallest), ("largest sensible", named.survey.largest),
    ]
    return suggestions.compactMap { name, quantiles in
      quantiles.map {
        ChartSeries(
          "\(name): \($0.median.short)", x: [$0.median, $0.median],
          y: [range.lowerBound, range.upperBound])
      }
    }
  }
}
