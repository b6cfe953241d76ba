import MetaLR
import Reports
import Training

/// What a paired test came to, and what follows from it.
struct PairedReport: Encodable {
  /// The controller may take its place.
  let isAccepted: Bool
  /// It took it: it was accepted, or that was asked for.
  let isPromoted: Bool
  let episodes: Int
  let rows: [Row]
  let written: [String]

  private let result: PairedTest.Result
  private let outcome: TrainingJob.Outcome
  private let checkpoint: String

  private enum CodingKeys: String, CodingKey {
    case isAccepted, isPromoted, episodes, written
    case rows = "test"
  }

  /// One sort of problems.
  struct Row: Encodable {
    let problems: String
    let count: Int
    let better: Int
    let worse: Int
    let difference: Double
    /// The 95% interval of the difference.
    let interval: [Double]?
    let pValue: Double?

    init(_ problems: String, _ losses: PairedLosses) {
      self.problems = problems
      count = losses.pairs.count
      (better, worse) = (losses.wins, losses.losses)
      difference = losses.mean
      interval = losses.interval.map { [$0.lowerBound, $0.upperBound] }
      pValue = losses.test?.pValue
    }
  }

  init(
    _ result: PairedTest.Result, _ outcome: TrainingJob.Outcome, files: ControllerFiles, written: [String]
  ) {
    self.result = result
    self.outcome = outcome
    checkpoint = files.checkpoint
    isAccepted = result.isAccepted
    isPromoted = outcome.path == files.checkpoint
    episodes = outcome.training.state.episodeCount
    rows = [Row("usual", result.usual), Row("like the runs", result.kind)]
    self.written = written
  }

  /// For a terminal.
  var text: String {
    var table = TextTable(columns: [
      .init("problems", .left), .init("count"), .init("better"), .init("worse"), .init("difference"),
      .init("95%"), .init("p"),
    ])
    for row in rows {
      table.addRow([
        row.problems, "\(row.count)", "\(row.better)", "\(row.worse)", Self.percent(row.difference),
        row.interval.map { $0.map(Self.percent).joined(separator: " to ") } ?? "-",
        pText(row.pValue),
      ])
    }
    return """
      The new controller beside the one before, on problems that neither was trained on:

      \(table.text)
      Difference of the regrets in %: ln((new loss + 1% of chance) / (old loss + 1% of chance)) on the test split, the mean over problems; \
      below 0 the new one is better. p by Wilcoxon's signed-rank test.

      \(sentence)
      Wrote \(written.joined(separator: ", ")).

      """
  }

  /// What follows, with the figures that decided.
  private var sentence: String {
    let (usual, kind) = (Self.figures(rows[0]), Self.figures(rows[1]))
    if isAccepted {
      return
        "Promoted: it is better on problems like the runs (\(kind)) and not worse on usual ones (\(usual))."
    }
    let reasons =
      (result.kind.isBetter ? [] : ["it is not better on problems like the runs (\(kind))"])
      + (result.usual.isNotWorse ? [] : ["it is worse on usual problems (\(usual))"])
    return isPromoted
      ? "Promoted as asked for, though \(reasons.joined(separator: ", and "))."
      : "Not promoted: \(reasons.joined(separator: ", and ")). It is in '\(outcome.path)'; "
        + "copy it to '\(checkpoint)' to take it all the same."
  }

  private static func figures(_ row: Row) -> String {
    "\(percent(row.difference))%, p \(pText(row.pValue))"
  }

  private static func percent(_ value: Double) -> String {
    let percent = 100 * value
    return (abs(percent) < 0.005 ? 0 : percent).fixed(2)
  }
}
