import Experiments
import Files
import Reports
import Training

extension SweepReport {
  /// Writes every form of the report.
  ///
  /// Times stand in a file of their own: all others are the same, byte for byte, whenever the sweep is run.
  ///
  /// - Returns: The paths.
  func write(to folder: String) throws -> [String] {
    let paths = ["heatmap.svg", "curves.svg", "runs.csv", "curves.csv", "times.csv", "table.md"].map {
      "\(folder)/\($0)"
    }
    try heatMap.write(to: paths[0])
    try curveFigure.write(to: paths[1])
    try runTable.write(to: paths[2])
    try curveTable.write(to: paths[3])
    try timeTable.write(to: paths[4])
    try AtomicFile.write(markdown, to: paths[5])
    let events = RunEvents(folder: "\(folder)/tensorboard")
    try forEachRun { names, run in try events.write(log(of: run), name: names) }
    return paths + [events.folder]
  }

  /// Steps to the target by optimizer and rate, a map for each network.
  var heatMap: HeatMapFigure {
    let runs = rows.flatMap(\.results).map(\.median)
    let (lowest, highest) = (runs.compactMap(\.stepsToTarget).min(), runs.compactMap(\.stepsToTarget).max())
    let failures: [SweepRun.Outcome] = [.notReached, .diverged]
    return HeatMapFigure(
      title: "Steps to \(targetText)", note: heading,
      measure: ChartAxis("Steps", scale: .logarithmic, range: Self.range(lowest, highest)),
      marks: ["not reached in \(plan.stepBudget)", "diverged"],
      maps: models.map { model in
        let rows = rows.filter { $0.model == model }
        return HeatMap(
          title: model, rows: rows.map(\.optimizer),
          horizontal: ChartAxis("Learning rate", scale: .logarithmic),
          columns: rows[0].results.map(\.learningRate),
          cells: rows.map { row in
            row.results.map { result in
              result.median.stepsToTarget.map { .value(Double($0)) }
                ?? .mark(failures.firstIndex(of: result.median.outcome) ?? 0)
            }
          })
      })
  }

  /// Colours span a factor of two at least, so that equal numbers do not look like extremes.
  private static func range(_ lowest: Int?, _ highest: Int?) -> ClosedRange<Double>? {
    guard let lowest, let highest else { return nil }
    return Double(lowest)...Double(max(highest, 2 * lowest))
  }

  /// Steps to the target over the rate, and the training loss of each optimizer's best rate.
  var curveFigure: ChartFigure {
    let several = models.count > 1
    return ChartFigure(
      title: "Rates and optimizers", note: "\(heading). Gaps: not reached or diverged.",
      panels: models.flatMap { model in
        let rows = rows.filter { $0.model == model }
        let suffix = several ? ", \(model)" : ""
        return [
          LineChart(
            title: "Steps to \(targetText)\(suffix)",
            horizontal: ChartAxis("Learning rate", scale: .logarithmic),
            vertical: ChartAxis("Steps", scale: .logarithmic),
            series: rows.map { row in
              ChartSeries(
                row.optimizer, x: row.results.map(\.learningRate),
                y: row.results.map { $0.median.stepsToTarget.map(Double.init) ?? .nan })
            }),
          LineChart(
            title: "Training loss at the best rate\(suffix)", horizontal: ChartAxis("Step"),
            vertical: ChartAxis("Training loss", scale: .logarithmic),
            series: rows.compactMap { row in
              let best = row.summary.bestLearningRate
              return row.results.first { $0.learningRate == best }.map { result in
                ChartSeries(
                  row.optimizer, x: result.median.readings.map { Double($0.step) },
                  y: result.median.readings.map(\.trainLoss))
              }
            }),
        ]
      }, columns: 2)
  }

  /// One row for each run.
  private var runTable: CSVTable {
    var table = CSVTable(columns: [
      "model", "optimizer", "learning_rate", "seed", "outcome", "steps", "train_loss", "validation_loss",
      "accuracy",
    ])
    forEachRun { names, run in
      let last = run.readings.last
      table.addRow(
        names + [
          run.outcome.rawValue, "\(run.steps)", "\(last?.trainLoss ?? .nan)",
          "\(last?.validationLoss ?? .nan)", last?.accuracy.map { "\($0)" } ?? "",
        ])
    }
    return table
  }

  /// One row for each reading of each run.
  private var curveTable: CSVTable {
    var table = CSVTable(columns: [
      "model", "optimizer", "learning_rate", "seed", "step", "train_loss", "validation_loss", "accuracy",
    ])
    forEachRun { names, run in
      for reading in run.readings {
        table.addRow(
          names + [
            "\(reading.step)", "\(reading.trainLoss)", "\(reading.validationLoss)",
            reading.accuracy.map { "\($0)" } ?? "",
          ])
      }
    }
    return table
  }

  /// The seconds of each run.
  private var timeTable: CSVTable {
    var table = CSVTable(columns: ["model", "optimizer", "learning_rate", "seed", "steps", "seconds"])
    forEachRun { names, run in table.addRow(names + ["\(run.steps)", "\(run.seconds)"]) }
    return table
  }

  private func log(of run: SweepRun) -> TensorBoardLog {
    let time = EventTime.now
    var log = TensorBoardLog(wallTime: time)
    for reading in run.readings {
      log.addReading(
        step: reading.step, learningRate: run.learningRate, trainLoss: reading.trainLoss,
        validationLoss: reading.validationLoss, at: time,
        others: reading.accuracy.map { [("accuracy/train", $0)] } ?? [])
    }
    return log
  }

  /// Calls `body` with each run and its model, optimizer, rate and seed.
  private func forEachRun(_ body: ([String], SweepRun) throws -> Void) rethrows {
    for row in rows {
      for run in row.results.flatMap(\.runs) {
        try body([row.model, row.optimizer, "\(run.learningRate)", "\(run.seed)"], run)
      }
    }
  }
}
