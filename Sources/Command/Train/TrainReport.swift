import BuiltInTrainees
import Experiments
import MetaLR
import Reports

/// One training run as people and programs read it.
struct TrainReport: Encodable {
  let trainee: ProblemDescription
  let schedule: String
  let seed: UInt64
  let steps: Int
  let diverged: Bool
  let bestStep: Int
  let bestValidationLoss: Double
  let finalValidationLoss: Double
  /// At the lowest validation loss.
  let test: Evaluation
  let snapshots: [SnapshotEnsemble.Member]
  private let run: TrainingRun
  /// When the reading of each step came.
  private let times: [Int: Double]

  init(
    task: ProblemDescription, method: String, run: TrainingRun, times: [Int: Double],
    ensemble: SnapshotEnsemble?
  ) {
    trainee = task
    schedule = method
    seed = run.seed
    steps = run.final.step
    diverged = run.hasDiverged
    bestStep = run.best.step
    bestValidationLoss = run.best.validationLoss
    finalValidationLoss = run.final.validationLoss
    test = run.test
    snapshots = ensemble?.members ?? []
    (self.run, self.times) = (run, times)
  }

  private enum CodingKeys: String, CodingKey {
    case trainee, schedule, seed, steps, diverged, bestStep, bestValidationLoss, finalValidationLoss, test,
      snapshots
  }

  var text: String {
    var text = "\(trainee.summary), \(schedule), \(steps) steps\(diverged ? ", diverged" : "")\n"
    text +=
      "validation loss  \(bestValidationLoss.fixed(4)) at step \(bestStep), \(finalValidationLoss.fixed(4)) at the end\n"
    text += "test loss        \(test.loss.fixed(4)) at step \(bestStep)\n"
    text += "test accuracy    \(test.accuracy.fixed(4))\n"
    return snapshots.isEmpty ? text : "\(text)\n\(snapshotTable.text)"
  }

  private var snapshotTable: TextTable {
    var table = TextTable(columns: [
      .init("snapshot"), .init("step"), .init("test loss"), .init("test accuracy"),
      .init("averaged: test loss"),
      .init("test accuracy"),
    ])
    for (index, member) in snapshots.enumerated() {
      table.addRow(
        ["\(index + 1)", "\(member.step)"]
          + [member.alone.loss, member.alone.accuracy, member.together.loss, member.together.accuracy].map {
            $0.fixed(4)
          })
    }
    return table
  }

  /// Writes log, picture and events, and the weights of a built-in trainee.
  ///
  /// - Returns: The paths.
  func write(to files: TrainFiles, weightsOf trainee: any Trainee) throws -> [String] {
    try log.write(to: files.log)
    try picture.write(to: files.picture)
    try TensorBoardLog(run, times: times).write(to: files.events)
    guard let classifier = trainee as? ImageClassifier else {
      return [files.log, files.picture, files.events]
    }
    try files.write(classifier, to: files.model)
    return [files.log, files.picture, files.events, files.model]
      + snapshots.map { files.snapshot(at: $0.step) }
  }

  /// One row for each reading; the rate is that of the steps before it.
  private var log: CSVTable {
    var table = CSVTable(columns: ReadingColumns.names)
    for reading in run.observations { table.addRow(ReadingColumns.values(reading)) }
    return table
  }

  private var picture: ChartFigure {
    let readings = run.observations.dropFirst()
    let steps = readings.map { Double($0.step) }
    let line = RateLine(run, method: schedule)
    return ChartFigure(
      title: schedule, note: trainee.summary,
      panels: [
        LineChart(
          title: "Loss", horizontal: ChartAxis("Step"), vertical: ChartAxis("Loss", scale: .logarithmic),
          series: [
            ChartSeries("training", x: steps, y: readings.map(\.trainLoss)),
            ChartSeries("validation", x: steps, y: readings.map(\.validationLoss)),
          ]),
        LineChart(
          title: "Learning rate", horizontal: ChartAxis("Step"), vertical: ChartAxis("Learning rate"),
          series: [ChartSeries("rate", x: line.steps, y: line.rates)]),
      ], columns: 1)
  }
}
