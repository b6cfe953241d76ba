import Experiments
import Reports
import Training

/// The regrets of a suite's contenders for a terminal.
struct SuiteTable {
  let results: SuiteResults

  /// One row a contender, and one for each of good and bad initial rates where there are both.
  var text: String {
    var table = TextTable(columns: [
      .init("method", .left), .init("from", .left), .init("mean"), .init("95%"), .init("IQM"), .init("95%"),
      .init("diverged"),
    ])
    for row in results.rows {
      let hasBoth = row.initialRates.count > SuiteTest.goodRates.count
      let parts: [(String, (Double) -> Bool)] =
        hasBoth
        ? [
          ("good rates", { SuiteTest.goodRates.contains($0) }),
          ("bad rates", { SuiteTest.badRates.contains($0) }),
        ] : [("", { _ in true })]
      for (index, part) in parts.enumerated() {
        guard let summary = SuiteResults.Summary(row.problemRegrets(from: part.1)) else { continue }
        table.addRow([
          index == 0 ? row.name : "", part.0, Self.percent(summary.mean), Self.interval(summary.meanInterval),
          Self.percent(summary.interquartileMean), Self.interval(summary.interquartileInterval),
          index == 0 ? Self.percent(row.divergedShare) : "",
        ])
      }
    }
    return "\(results.problems) problems, \(results.suite):\n\n\(table.text)"
  }

  /// What the numbers mean.
  static let legend =
    "Regret in %: ln((loss + 1% of chance) / (best of 48 searched schedules + 1% of chance)) on the test split, the mean "
    + "over problems and its interquartile mean (IQM); below 0 is better than the search. One run each; good rates are 1, "
    + "3 and 10 times the optimizer's usual one, bad rates 1/1000, 1/32 and 56 times.\n"

  private static func percent(_ value: Double) -> String {
    let percent = 100 * value
    return (abs(percent) < 0.05 ? 0 : percent).fixed(1)
  }

  private static func interval(_ range: ClosedRange<Double>) -> String {
    "\(percent(range.lowerBound)) to \(percent(range.upperBound))"
  }
}
