import Experiments
import Files
import Reports
import Training

extension PBTReport {
  /// Writes every form of the report; the same population writes the same bytes.
  ///
  /// - Returns: The paths.
  func write(to folder: String) throws -> [String] {
    let paths = ["schedule.csv", "lineage.svg", "members.csv", "table.md"].map { "\(folder)/\($0)" }
    try schedule().write(to: paths[0])
    try picture.write(to: paths[1])
    try memberTable.write(to: paths[2])
    try AtomicFile.write(markdown, to: paths[3])
    let events = RunEvents(folder: "\(folder)/tensorboard")
    for member in history.rounds[0].indices {
      try events.write(log(of: member), name: ["member-\(member)"])
    }
    return paths + [events.folder]
  }

  /// The schedule that `replay:FILE` reads.
  private func schedule() throws -> CSVTable {
    let schedule = try history.schedule(of: best)
    var table = CSVTable(columns: ["step", "learning_rate", "member"])
    for ((step, rate), member) in zip(zip(schedule.steps, schedule.learningRates), lineage) {
      table.addRow(["\(step)", "\(rate)", "\(member)"])
    }
    return table
  }

  /// Rates and validation losses of all members, with copies as links and the best member's lineage above all.
  var picture: ChartFigure {
    ChartFigure(
      title: "Population based training", note: heading,
      panels: [
        LineChart(
          title: "Learning rate", horizontal: ChartAxis("Step"),
          vertical: ChartAxis("Learning rate", scale: .logarithmic),
          series: lines { round, member in
            let (entry, end) = (history.rounds[round][member], history.rounds[round][member].observation.step)
            let start = history.firstStep(of: round)
            let before = round > 0 ? history.rounds[round - 1][entry.parent].learningRate : entry.learningRate
            return [(start, before), (start, entry.learningRate), (end, entry.learningRate)]
          }),
        LineChart(
          title: "Validation loss", horizontal: ChartAxis("Step"),
          vertical: ChartAxis("Validation loss", scale: .logarithmic),
          series: lines { round, member in
            let entry = history.rounds[round][member]
            let end = (entry.observation.step, entry.loss)
            guard round > 0 else { return [end] }
            return [(history.firstStep(of: round), history.rounds[round - 1][entry.parent].loss), end]
          }),
      ], columns: 1)
  }

  /// The lines of a panel: what members did, what came by copying, and the lineage.
  private func lines(_ points: (Int, Int) -> [(step: Int, value: Double)]) -> [ChartSeries] {
    var (own, copied, line) = (Trace(), Trace(), Trace())
    for member in history.rounds[0].indices {
      for round in history.rounds.indices {
        let isCopy = history.rounds[round][member].parent != member
        if isCopy { own.lift() }
        let places = points(round, member)
        if isCopy {
          copied.add(places.prefix(2))
          copied.lift()
          own.add(places.dropFirst())
        } else {
          own.add(places[...])
        }
      }
      own.lift()
    }
    for (round, member) in lineage.enumerated() { line.add(points(round, member)[...]) }
    return [
      ChartSeries("member", x: own.x, y: own.y, emphasis: .faint),
      ChartSeries("copied from one of the best", x: copied.x, y: copied.y),
      ChartSeries("lineage of the best", x: line.x, y: line.y, emphasis: .strong),
    ]
  }

  /// A pen's way over the picture.
  private struct Trace {
    var x: [Double] = []
    var y: [Double] = []

    mutating func add(_ points: some Sequence<(step: Int, value: Double)>) {
      for (step, value) in points {
        x.append(Double(step))
        y.append(value)
      }
    }

    mutating func lift() {
      x.append(x.last ?? 0)
      y.append(.nan)
    }
  }

  /// One row for each member and round.
  private var memberTable: CSVTable {
    var table = CSVTable(columns: [
      "round", "member", "parent", "first_step", "last_step", "learning_rate", "train_loss",
      "validation_loss", "diverged", "lineage_of_best",
    ])
    for (round, members) in history.rounds.enumerated() {
      for (member, entry) in members.enumerated() {
        table.addRow([
          "\(round)", "\(member)", "\(entry.parent)", "\(history.firstStep(of: round))",
          "\(entry.observation.step)", "\(entry.learningRate)", "\(entry.observation.trainLoss)",
          "\(entry.observation.validationLoss)", "\(entry.hasDiverged)", "\(lineage[round] == member)",
        ])
      }
    }
    return table
  }

  private func log(of member: Int) -> TensorBoardLog {
    let time = EventTime.now
    var log = TensorBoardLog(wallTime: time)
    for entry in history.rounds.map({ $0[member] }) {
      let reading = entry.observation
      log.addReading(
        step: reading.step, learningRate: entry.learningRate, trainLoss: reading.trainLoss,
        validationLoss: reading.validationLoss, at: time, others: [("parent", Double(entry.parent))])
    }
    return log
  }
}
