import BuiltInTrainees
import Files
import Foundation
import MetaLR

/// The one schedule for each optimizer that is best on average over problems that are not reported on.
public struct Calibration: Sendable {
  /// What tables call it.
  public static let contenderName = "calibrated schedule"
  /// For each optimizer, its schedule and the multiple of the usual rate.
  public let choices: [String: (shape: ScheduleShape, multiple: Double)]

  /// Fits schedules on problems: for each optimizer the one of the search's 48 whose mean regret, against the best of all on
  /// each problem, is lowest on the validation split.
  public init(
    fittedOn problems: [Problem], averaging: WeightAveraging = .none, on pool: TraineePool,
    journal: Journal? = nil,
    shouldStop: @escaping @Sendable () -> Bool = { false }, onRun: @escaping @Sendable () -> Void = {}
  ) throws {
    let comparison = SuiteComparison(
      suite: ProblemSuite(name: "calibration", problems: problems), contenders: [], seeds: [],
      averaging: averaging)
    let losses = try comparison.searchedLosses(
      on: pool, journal: journal, shouldStop: shouldStop, onRun: onRun)
    var choices: [String: (ScheduleShape, Double)] = [:]
    let optimizers = Dictionary(grouping: problems.indices) { problems[$0].description.optimizerKind }
    for (optimizer, members) in optimizers {
      let means = SuiteComparison.grid.indices.map { candidate in
        members.reduce(0.0) { sum, problem in
          let chance = 0.01 * (problems[problem].chanceLoss() ?? 1)
          let best = losses[problem].min() ?? 0
          return sum + min(log((losses[problem][candidate] + chance) / (best + chance)), 10)
        }
      }
      let best = means.indices.min { means[$0] < means[$1] } ?? 0
      choices[optimizer] = SuiteComparison.grid[best]
    }
    self.choices = choices
  }

  /// The fitted schedules as a contender; an optimizer that was not calibrated has its usual rate with a cosine.
  public var contender: SuiteContender {
    let text = choices.sorted { $0.key < $1.key }.map { "\($0) \($1.shape.rawValue) \($1.multiple)" }
    return SuiteContender(
      name: Self.contenderName, version: checksum(of: Data(text.joined(separator: ",").utf8))
    ) { [choices] problem, _ in
      let (shape, multiple) = choices[problem.description.optimizerKind] ?? (.cosine, 1)
      return ScheduleSource(
        try shape.schedule(peak: multiple * problem.usualLearningRate, problem.plan.stepBudget))
    }
  }
}
