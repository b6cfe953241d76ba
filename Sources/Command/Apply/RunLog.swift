import Experiments
import MetaLR
import Reports

/// Every reading of every run.
struct RunLog {
  private var table = CSVTable(
    columns: ["method", "initial_learning_rate", "seed"] + ReadingColumns.names
      + ["verdict", "source", "out_of_distribution"])

  /// - Parameters:
  ///   - results: The runs.
  ///   - guardian: Its words on the controller's runs; the columns stay empty for others.
  init(_ results: [MethodRuns], _ guardian: GuardianLog) {
    var decisions = guardian.decisions.makeIterator()
    for result in results {
      for run in result.runs {
        let decisions = result.method == GuardianLog.method ? decisions.next() ?? [] : []
        for (index, reading) in run.observations.enumerated() {
          table.addRow(
            [result.method, "\(result.initialLearningRate)", "\(run.seed)"] + ReadingColumns.values(reading)
              + Self.words(index < decisions.count ? decisions[index] : nil))
        }
      }
    }
  }

  private static func words(_ decision: GuardedDecision?) -> [String] {
    guard let decision else { return ["", "", ""] }
    return [
      decision.verdict.rawValue, decision.source, decision.outOfDistribution.map { "\($0)" } ?? "",
    ]
  }

  func write(to path: String) throws {
    try table.write(to: path)
  }
}
