import BuiltInTrainees
import Files
import Foundation
import MetaLR
import Schedules

/// A controller's mean schedule, replayed without reading the run: what is left of it is not owed to reading.
///
/// The mean is the geometric one over problems that are not reported on, for each kind of optimizer by itself, of the
/// rates in multiples of the usual one at each decision.
public struct OpenLoop: Sendable {
  /// What tables call the open loop of a controller.
  public static func contenderName(of controller: String) -> String { "\(controller), open loop" }

  /// The name of the controller.
  public let name: String
  /// The optimizer that the controller drives; nil for each problem's own.
  public let optimizer: String?
  /// The mean rates on all problems, in multiples of the usual rate.
  public let rates: [Double]
  /// The mean rates by kind of optimizer; empty where the controller brings its own.
  public let ratesByOptimizer: [String: [Double]]

  /// Runs a controller on problems, from the usual rate, and takes the mean of its rates.
  public init(
    of controller: SuiteContender, on problems: [Problem], averaging: WeightAveraging = .none,
    pool: TraineePool, journal: Journal? = nil,
    shouldStop: @escaping @Sendable () -> Bool = { false }, onRun: @escaping @Sendable () -> Void = {}
  ) throws {
    let comparison = SuiteComparison(
      suite: ProblemSuite(name: "open loop", problems: problems), contenders: [], seeds: [],
      averaging: averaging)
    let all = try comparison.rates(
      of: controller, on: pool, journal: journal, shouldStop: shouldStop, onRun: onRun)
    name = controller.name
    optimizer = controller.optimizer
    rates = Self.mean(all)
    precondition(!rates.isEmpty, "an open loop needs a problem, and a controller whose rates are recorded")
    ratesByOptimizer =
      controller.optimizer == nil
      ? Dictionary(grouping: problems.indices) { problems[$0].description.optimizerKind }
        .mapValues { members in Self.mean(members.map { all[$0] }) } : [:]
  }

  private static func mean(_ runs: [[Double]]) -> [Double] {
    (0..<(runs.map(\.count).max() ?? 0)).map { decision in
      let logs = runs.compactMap { decision < $0.count ? log($0[decision]) : nil }
      return exp(logs.reduce(0, +) / Double(max(logs.count, 1)))
    }
  }

  /// The mean schedule as a contender; on a kind of optimizer that was not met it is the mean on all problems.
  public var contender: SuiteContender {
    let text = "\(rates) \(ratesByOptimizer.sorted { $0.key < $1.key })"
    return SuiteContender(
      name: Self.contenderName(of: name), optimizer: optimizer, version: checksum(of: Data(text.utf8))
    ) { [rates, ratesByOptimizer] problem, _ in
      let own = ratesByOptimizer[problem.description.optimizerKind] ?? rates
      return ScheduleSource(
        Replayed(rates: own.map { $0 * problem.usualLearningRate }, totalSteps: problem.plan.stepBudget))
    }
  }

  /// Rates of equal shares of a run, in turn.
  private struct Replayed: Schedule {
    let rates: [Double]
    let totalSteps: Int

    func learningRate(at step: Int) -> Double {
      rates[min(max(step, 0) * rates.count / max(totalSteps, 1), rates.count - 1)]
    }
  }
}

extension ProblemDescription {
  /// The optimizer without its constants: "adamw" for "adamw:0.01".
  var optimizerKind: String { String(optimizer.prefix { $0 != ":" }) }
}
