import Experiments
import Reports

/// Methods against the first of them, for each initial rate.
struct MethodTable {
  let rows: [RunsSummary]

  /// Compares the methods of each initial rate with the one that comes first.
  init(_ results: [MethodRuns]) {
    var groups: [[MethodRuns]] = []
    for result in results {
      if groups.last?.first?.initialLearningRate == result.initialLearningRate {
        groups[groups.count - 1].append(result)
      } else {
        groups.append([result])
      }
    }
    rows = groups.flatMap(RunsSummary.summaries)
  }

  /// The table for a terminal, with what its numbers mean.
  var text: String {
    var table = TextTable(columns: [
      .init("initial rate", .left), .init("method", .left), .init("final val. loss"), .init("p"),
      .init("best val. loss"), .init("p"), .init("test loss"), .init("p"), .init("test accuracy"), .init("p"),
    ])
    for (index, row) in rows.enumerated() {
      let begins = index == 0 || rows[index - 1].initialLearningRate != row.initialLearningRate
      if begins, index > 0 { table.addGap() }
      let measures = [row.finalValidationLoss, row.bestValidationLoss, row.testLoss, row.testAccuracy]
      table.addRow(
        [begins ? "\(row.initialLearningRate)" : "", row.method + row.divergedText]
          + measures.flatMap { [$0.text, pText($0.welch)] })
    }
    let seeds = rows.first?.seeds.count ?? 0
    return table.text
      + "Mean (standard deviation) of \(seeds) seeds; test at the best validation loss; p: Welch's test against "
      + "\(rows.first?.method ?? "the first"), Holm-corrected.\n"
  }
}
