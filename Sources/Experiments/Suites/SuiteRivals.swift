import Foundation
import MetaLR
import NeuralNet

/// What people use where they do not search: the rows that a controller is compared with on every suite.
public enum SuiteRivals {
  /// Usual defaults, and optimizers that claim to need no tuning, each at settings that are the same on every problem.
  public static let all: [SuiteContender] =
    [usualDefault, .schedule(.warmUpLinear, 3.162)]
    + [0.0025, 0.01, 0.02, 0.04, 0.08].map { .optimizer("schedule-free-adamw", rate: $0) }
    + tuningFree

  /// Adam at 0.001 and SGD at 0.1, with a cosine.
  public static let usualDefault = SuiteContender(name: "usual default, cosine") { problem, _ in
    let rate = problem.usualLearningRate < 0.02 ? 0.001 : 0.1
    return ScheduleSource(try ScheduleShape.cosine.schedule(peak: rate, problem.plan.stepBudget))
  }

  /// Schedule-free AdamW at the best of eight rates, searched for on each problem.
  public static let searchedScheduleFree = SuiteContender(
    name: "schedule-free-adamw, 8 rates searched",
    bestOf: (0..<8).map { .optimizer("schedule-free-adamw", rate: 0.0025 * pow(2, Double($0))) })

  private static var tuningFree: [SuiteContender] {
    ["prodigy", "d-adaptation", "dog", "ldog", "dowg", "cocob"].flatMap { name in
      let constant = SuiteContender(name: name, optimizer: name) { _, _ in ConstantRate(1) }
      guard name == "prodigy" else { return [constant] }
      let cosine = SuiteContender(name: "prodigy, cosine", optimizer: name) { problem, _ in
        ScheduleSource(try ScheduleShape.cosine.schedule(peak: 1, problem.plan.stepBudget))
      }
      return [constant, cosine]
    }
  }
}

/// The one schedule for each optimizer that is best on average over problems that are not reported on.
public struct Calibration: Sendable {
  /// For each optimizer, its schedule and the multiple of the usual rate.
  public let choices: [String: (shape: ScheduleShape, multiple: Double)]

  /// Fits schedules on problems: for each optimizer the one of the search's 48 whose mean regret, against the best of all on
  /// each problem, is lowest on the validation split.
  public init(
    fittedOn problems: [Problem], on pool: TraineePool,
    shouldStop: @escaping @Sendable () -> Bool = { false }, onRun: @escaping @Sendable () -> Void = {}
  ) throws {
    let comparison = SuiteComparison(
      suite: ProblemSuite(name: "calibration", problems: problems), contenders: [], seeds: [])
    let losses = try comparison.searchedLosses(on: pool, shouldStop: shouldStop, onRun: onRun)
    var choices: [String: (ScheduleShape, Double)] = [:]
    let optimizers = Dictionary(grouping: problems.indices) { Self.key(problems[$0]) }
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

  /// Decay of weights does not change which schedule is best by much; so all AdamWs are one.
  private static func key(_ problem: Problem) -> String {
    String(problem.description.optimizer.prefix { $0 != ":" })
  }

  /// The fitted schedules as a contender; an optimizer that was not calibrated has its usual rate with a cosine.
  public var contender: SuiteContender {
    SuiteContender(name: "calibrated schedule") { [choices] problem, _ in
      let (shape, multiple) = choices[Self.key(problem)] ?? (.cosine, 1)
      return ScheduleSource(
        try shape.schedule(peak: multiple * problem.usualLearningRate, problem.plan.stepBudget))
    }
  }
}
