import Experiments
import Files
import Foundation
import MetaLR
import Reports

extension ComparisonReport {
  /// Writes every form of the report.
  ///
  /// - Returns: The paths.
  func write(to folder: String) throws -> [String] {
    let pictures = results.map(TaskPictures.init)
    let losses = ChartFigure(
      title: "Validation loss", note: LogarithmicBand.note,
      panels: pictures.map(\.losses), columns: 1)
    let rates = ChartFigure(
      title: "Learning rates", note: "geometric mean of the seeds, band from the lowest to the highest",
      panels: pictures.map(\.rates), columns: 1)
    let paths = [
      "report.html", "table.md", "results.json", "runs.csv", "curves.csv", "search.csv", "losses.svg",
      "rates.svg",
    ].map { "\(folder)/\($0)" }
    try htmlReport(losses: losses, rates: rates).write(to: paths[0])
    try AtomicFile.write(markdown, to: paths[1])
    try AtomicFile.write(StandardOutput.text(json: json), to: paths[2])
    try runTable.write(to: paths[3])
    try curves.write(to: paths[4])
    try searchTable.write(to: paths[5])
    try losses.write(to: paths[6])
    try rates.write(to: paths[7])
    let events = RunEvents(folder: "\(folder)/tensorboard")
    for result in results {
      for compared in result.runs {
        for run in compared.runs.runs {
          try events.write(
            run,
            name: [result.title, compared.contender, "\(compared.runs.initialLearningRate)", "\(run.seed)"])
        }
      }
    }
    return paths + [events.folder]
  }

  /// One row for each run that is reported.
  private var runTable: CSVTable {
    var table = CSVTable(columns: [
      "task", "contender", "method", "initial_learning_rate", "seed", "test_loss", "test_accuracy",
      "best_validation_loss", "best_step", "final_validation_loss", "diverged",
    ])
    for result in results {
      for compared in result.runs {
        for run in compared.runs.runs {
          table.addRow([
            result.title, compared.contender, compared.runs.method, "\(compared.runs.initialLearningRate)",
            "\(run.seed)", "\(run.test.loss)", "\(run.test.accuracy)", "\(run.best.validationLoss)",
            "\(run.best.step)", "\(run.final.validationLoss)", "\(run.hasDiverged)",
          ])
        }
      }
    }
    return table
  }

  /// One row for each reading of each run.
  private var curves: CSVTable {
    var table = CSVTable(columns: [
      "task", "contender", "initial_learning_rate", "seed", "step", "learning_rate", "train_loss",
      "validation_loss",
    ])
    for result in results {
      for compared in result.runs {
        for run in compared.runs.runs {
          for reading in run.observations {
            table.addRow([
              result.title, compared.contender, "\(compared.runs.initialLearningRate)", "\(run.seed)",
              "\(reading.step)", "\(reading.learningRate)", "\(reading.trainLoss)",
              "\(reading.validationLoss)",
            ])
          }
        }
      }
    }
    return table
  }

  /// One row for each candidate of each search.
  private var searchTable: CSVTable {
    var table = CSVTable(columns: [
      "task", "contender", "method", "best_validation_loss", "diverged", "steps",
    ])
    for result in results {
      for compared in result.runs {
        for tried in compared.search {
          table.addRow([
            result.title, compared.contender, tried.method, "\(tried.bestValidationLoss)",
            "\(tried.diverged)",
            "\(tried.steps)",
          ])
        }
      }
    }
    return table
  }

  private func htmlReport(losses: ChartFigure, rates: ChartFigure) -> HTMLReport {
    var report = HTMLReport(title: "Learning rates compared")
    for (result, rows) in zip(results, summaries) {
      report.blocks += [
        .heading(result.title), .paragraph(result.heading),
        .table(Self.table(result, rows), caption: ""), .paragraph(result.reasons + Self.legend),
        .table(Self.details(result, rows), caption: "95% intervals of the means, and the validation loss."),
      ]
      for compared in result.runs where !compared.search.isEmpty {
        report.blocks.append(
          .table(Self.searchTable(compared), caption: "What the search found, best first."))
      }
    }
    report.blocks += [
      .heading("Pictures"), .figure(losses, caption: ""), .figure(rates, caption: ""),
      .heading("Command"), .code(CommandLine.arguments.map(\.shellQuoted).joined(separator: " ")),
    ]
    return report
  }

  private static func searchTable(_ compared: ComparedRuns) -> TextTable {
    var table = TextTable(columns: [
      .init(compared.contender, .left), .init("best val. loss"), .init("diverged"),
    ])
    for tried in compared.search.sorted(by: { $0.bestValidationLoss < $1.bestValidationLoss }).prefix(10) {
      table.addRow([
        tried.method, tried.bestValidationLoss.fixed(4), tried.diverged == 0 ? "" : "\(tried.diverged)",
      ])
    }
    return table
  }
}

extension String {
  /// As a shell would read it back.
  var shellQuoted: String {
    allSatisfy { $0.isLetter || $0.isNumber || "-_./:,=@+".contains($0) } && !isEmpty
      ? self : "'\(replacing("'", with: "'\\''"))'"
  }
}
