import Experiments
import Reports

/// The regrets of a suite's contenders, and the tests of some against the others.
struct SuiteTable {
  let results: SuiteResults

  /// For a terminal.
  var text: String { "\(heading):\n\n\(regrets.text)" }

  /// "200 problems, trained".
  var heading: String { "\(results.problems.count) problems, \(results.suite)" }

  /// One row a contender, and one for each of good and bad initial rates where there are both.
  var regrets: TextTable {
    var table = TextTable(columns: [
      .init("method", .left), .init("from", .left), .init("mean"), .init("95%"), .init("IQM"), .init("95%"),
      .init("diverged"),
    ])
    for row in results.rows {
      let hasBoth = row.initialRates.contains { SuiteInitialRates.bad.contains($0) }
      let parts: [(String, (Double) -> Bool)] =
        hasBoth
        ? [
          ("good rates", { SuiteInitialRates.good.contains($0) }),
          ("bad rates", { SuiteInitialRates.bad.contains($0) }),
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
    return table
  }

  /// One row a test.
  static func tests(_ tests: [SuiteResults.Test]) -> TextTable {
    var table = TextTable(columns: [
      .init("suite", .left), .init("method", .left), .init("against", .left), .init("difference"),
      .init("better on"), .init("95%"), .init("p"), .init("Holm's p"),
    ])
    for test in tests {
      table.addRow([
        test.suite, test.method, test.rival, percent(test.difference), percent(test.improvement),
        interval(test.improvementInterval), pText(test.pValue), pText(test.correctedPValue),
      ])
    }
    return table
  }

  /// What the numbers of ``regrets`` mean.
  static let legend =
    "Regret in %: ln((loss + 1% of chance) / (best of 48 searched schedules + 1% of chance)) on the test split, the mean "
    + "over problems and its interquartile mean (IQM); below 0 is better than the search. A problem counts by its mean over two seeds, and for controllers over three initial rates; good rates are 1, "
    + "3 and 10 times the optimizer's usual one, bad rates 1/1000, 1/32 and 56 times.\n"

  /// What the numbers of ``tests(_:)`` mean.
  static let testLegend =
    "From good initial rates: the difference of the mean regrets, on how many problems in a hundred the method is better, "
    + "and p by Wilcoxon's signed-rank test over problems, also with Holm's correction over the tests of the table.\n"

  private static func percent(_ value: Double) -> String {
    let percent = 100 * value
    return (abs(percent) < 0.05 ? 0 : percent).fixed(1)
  }

  private static func interval(_ range: ClosedRange<Double>) -> String {
    "\(percent(range.lowerBound)) to \(percent(range.upperBound))"
  }
}
