import Files
import Foundation
import MetaLR
import NeuralNet
import Schedules

/// What people use where they do not search: the rows that a controller is compared with on every suite.
public enum SuiteRivals {
  /// Usual defaults, and optimizers that claim to need no tuning, each at settings that are the same on every problem.
  public static let all: [SuiteContender] =
    [usualDefault, .rangeTest, .schedule(.warmUpLinear, 3.162), optList, greedy]
    + [0.0025, 0.01, 0.02, 0.04, 0.08].map { .optimizer("schedule-free-adamw", rate: $0) }
    + tuningFree

  /// Adam at 0.001 and SGD at 0.1, with a cosine.
  public static let usualDefault = SuiteContender(name: "usual default, cosine") { problem, _ in
    let rate = problem.usualLearningRate < 0.02 ? 0.001 : 0.1
    return ScheduleSource(try ScheduleShape.cosine.schedule(peak: rate, problem.plan.stepBudget))
  }

  /// The first of the ten configurations of OptList (Metz et al., 2020, arXiv 2002.11887).
  public static let optList = SuiteContender(
    name: "OptList, the first", optimizer: "nadamw:beta1=0.936,beta2=0.99895,epsilon=5.9e-6,decay=0.01014"
  ) { problem, _ in
    ScheduleSource(
      try HoldDecaySchedule(
        initialLearningRate: 0.0011948, holdShare: 0.747, shape: .cosine, totalSteps: problem.plan.stepBudget)
    )
  }

  /// GreedyLR from the optimizer's usual rate.
  public static let greedy = SuiteContender(name: "GreedyLR") { problem, _ in
    GreedySource(initialLearningRate: problem.usualLearningRate)
  }

  /// Schedule-free AdamW at the best of eight rates, searched for on each problem.
  public static let searchedScheduleFree = SuiteContender(
    name: "schedule-free-adamw, 8 rates searched",
    bestOf: (0..<8).map { .optimizer("schedule-free-adamw", rate: 0.0025 * pow(2, Double($0))) })

  private static var tuningFree: [SuiteContender] {
    ["prodigy", "d-adaptation", "mechanic+adam", "dog", "ldog", "dowg", "cocob"].flatMap { name in
      let constant = SuiteContender(name: name, optimizer: name) { _, _ in ConstantRate(1) }
      guard name == "prodigy" else { return [constant] }
      let cosine = SuiteContender(name: "prodigy, cosine", optimizer: name) { problem, _ in
        ScheduleSource(try ScheduleShape.cosine.schedule(peak: 1, problem.plan.stepBudget))
      }
      return [constant, cosine]
    } + [hypergradient]
  }

  /// Adam whose rate moves along its own gradient, from the usual one.
  private static let hypergradient = SuiteContender(
    name: "multiplicative hypergradient, adam", optimizer: "multiplicative-hypergradient+adam"
  ) { problem, _ in ConstantRate(problem.usualLearningRate) }
}
