import Experiments
import Foundation
import MetaLR
import Reports

/// Which inputs drove the decisions of some runs.
struct ExplanationReport {
  /// One run.
  struct Run {
    let initialLearningRate: Double
    let seed: UInt64
    let explanations: [Explanation]
  }

  let names: [String]
  let runs: [Run]

  /// Lines of a picture, rows of the text.
  private static let shownInputs = 6

  /// Runs a controller by itself, without a guardian, from each initial rate on one seed.
  init(
    of controller: Controller, on problem: Problem, initialLearningRates: [Double], seed: UInt64,
    shouldStop: @escaping @Sendable () -> Bool
  ) throws {
    names = controller.features.names
    runs = try initialLearningRates.map { rate in
      var session = controller.session()
      session.explains = true
      _ = try TrainingRun(
        of: problem.trainee(nil), ratesFrom: &session, seed: seed, initialLearningRate: rate,
        plan: problem.plan, shouldStop: shouldStop)
      return Run(initialLearningRate: rate, seed: seed, explanations: session.explanations)
    }
  }

  /// Inputs by their mean influence, the largest first.
  private var order: [(place: Int, size: Double)] {
    let all = runs.flatMap(\.explanations)
    return names.indices.map { place in
      (place, all.reduce(0) { $0 + abs($1.influences[place]) } / Double(max(all.count, 1)))
    }.sorted { ($1.size, $0.place) < ($0.size, $1.place) }
  }

  /// The inputs that moved the rate most.
  var text: String {
    var table = TextTable(columns: [.init("input", .left), .init("mean change of ln rate")])
    for (place, size) in order.prefix(Self.shownInputs) {
      table.addRow([names[place], NumberText.fixed(size)])
    }
    return "What drove the decisions (seed \(runs.first?.seed ?? 0)):\n\n\(table.text)"
  }

  /// Writes the numbers and the picture.
  ///
  /// - Returns: The paths.
  func write(to folder: String) throws -> [String] {
    let paths = ["csv", "svg"].map { "\(folder)/explanation.\($0)" }
    try csv.write(to: paths[0])
    try figure.write(to: paths[1])
    return paths
  }

  /// One row for each input of each decision.
  private var csv: CSVTable {
    var table = CSVTable(columns: [
      "initial_learning_rate", "seed", "step", "is_look", "learning_rate", "next_learning_rate", "input",
      "value",
      "influence",
    ])
    for run in runs {
      for explanation in run.explanations {
        for (place, name) in names.enumerated() {
          table.addRow([
            "\(run.initialLearningRate)", "\(run.seed)", "\(explanation.step)", "\(explanation.isLook)",
            "\(explanation.learningRate)", "\(explanation.nextLearningRate)", name,
            explanation.values[place].map { "\($0)" } ?? "", "\(explanation.influences[place])",
          ])
        }
      }
    }
    return table
  }

  /// The rate of each run, and below it what the most influential inputs did to it.
  private var figure: ChartFigure {
    let shown = order.prefix(Self.shownInputs).map(\.place)
    let panels = runs.flatMap { run in
      let decisions = run.explanations.filter { !$0.isLook }
      let steps = decisions.map { Double($0.step) }
      return [
        LineChart(
          title: "from \(run.initialLearningRate)", horizontal: ChartAxis("Step"),
          vertical: ChartAxis("Learning rate", scale: .logarithmic),
          series: [ChartSeries("rate", x: steps, y: decisions.map(\.nextLearningRate))]),
        LineChart(
          title: "inputs", horizontal: ChartAxis("Step"), vertical: ChartAxis("Change of ln rate"),
          series: shown.map { place in
            ChartSeries(names[place], x: steps, y: decisions.map { $0.influences[place] })
          }),
      ]
    }
    return ChartFigure(
      title: "What drove the decisions",
      note:
        "change of the rate's logarithm that is owed to each input: with it, less with its mean in its place",
      panels: panels, columns: 2)
  }
}
