import Experiments
import MetaLR
import Reports

/// A comparison as people and programs read it.
struct ComparisonReport {
  let results: [TaskResults]
  /// The rows of each task, in the order of its runs.
  let summaries: [[RunsSummary]]

  init(_ results: [TaskResults]) {
    self.results = results
    summaries = results.map { RunsSummary.summaries(of: $0.runs.map(\.runs)) }
  }

  /// Every task's table for a terminal.
  var text: String {
    let tables = zip(results, summaries).map { result, rows in
      "\(result.heading)\n\n\(Self.table(result, rows).text)\(result.reasons)"
    }
    return tables.joined(separator: "\n") + Self.legend + "\n"
  }

  /// The same in Markdown, with intervals and validation losses.
  var markdown: String {
    let tables = zip(results, summaries).map { result, rows in
      "## \(result.title)\n\n\(result.heading)\n\n"
        + "\(Self.table(result, rows).markdown)\n\(result.reasons)\(Self.details(result, rows).markdown)"
    }
    return tables.joined(separator: "\n") + "\n\(Self.legend)\n"
  }

  /// What the columns of both tables mean.
  static let legend =
    "Mean (standard deviation); test at the lowest validation loss. p: two-sided t-tests against the first row, "
    + "Welch's and paired on seeds, each corrected by Holm's method for the rows of the table. Search: "
    + "optimizer steps spent on this task to choose; before: spent once, whatever the task."

  /// Test measures, their p-values and costs.
  static func table(_ result: TaskResults, _ rows: [RunsSummary]) -> TextTable {
    var table = TextTable(columns: [
      .init("method", .left), .init("from"), .init("test loss"), .init("Welch p"), .init("paired p"),
      .init("test accuracy"), .init("Welch p"), .init("paired p"), .init("search"), .init("before"),
    ])
    for (runs, row) in zip(result.runs, rows) {
      let measures = runs.missing == nil ? [row.testLoss, row.testAccuracy] : []
      table.addRow(
        names(runs, row)
          + (measures.flatMap { [$0.text, pText($0.welch), pText($0.paired)] } + blanks).prefix(6)
          + [runs.searchSteps, runs.priorSteps].map { $0 == 0 ? "" : "\($0)" })
    }
    return table
  }

  /// Intervals of the test measures, and the validation loss.
  static func details(_ result: TaskResults, _ rows: [RunsSummary]) -> TextTable {
    var table = TextTable(columns: [
      .init("method", .left), .init("from"), .init("test loss, 95%"), .init("test accuracy, 95%"),
      .init("best val. loss"), .init("Welch p"), .init("paired p"),
    ])
    for (runs, row) in zip(result.runs, rows) where runs.missing == nil {
      table.addRow(
        names(runs, row) + [
          row.testLoss.intervalText, row.testAccuracy.intervalText, row.bestValidationLoss.text,
          pText(row.bestValidationLoss.welch), pText(row.bestValidationLoss.paired),
        ])
    }
    return table
  }

  /// In place of the measures of a method without runs.
  private static let blanks = Array(repeating: "", count: 6)

  private static func names(_ runs: ComparedRuns, _ row: RunsSummary) -> [String] {
    [runs.label + row.divergedText, runs.isGivenInitialRate ? "\(row.initialLearningRate)" : ""]
  }
}

extension TaskResults {
  /// Why methods have no runs, a line each.
  var reasons: String {
    runs.compactMap { row in row.missing.map { "\(row.contender) suggests no rate: \($0)\n" } }.joined()
  }

  /// What was done, in a line.
  var heading: String {
    let seeds = runs.map(\.runs.runs.count).max() ?? 0
    return
      "\(title), \(trainee.optimizer.isEmpty ? "" : "\(trainee.optimizer), batch \(trainee.batchSize), ")"
      + "\(plan.stepBudget) steps, \(seeds) seeds"
      + (runs.contains { !$0.search.isEmpty } ? ", searches on \(searchSeeds) other seed(s)" : "") + ":"
  }
}
