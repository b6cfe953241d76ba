import Experiments
import Files
import MetaLR

/// A test on problems that the controller was not trained on, against what people use without a search.
public struct SuiteTest: ControllerTest {
  /// The suites.
  public let suites: [ProblemSuite]
  /// The optimizer that the controller drives; nil for each problem's own.
  public let optimizer: String?

  /// A test on `suites`.
  public init(suites: [ProblemSuite], optimizer: String?) {
    self.suites = suites
    self.optimizer = optimizer
  }

  /// What came of it.
  public struct Result: ControllerTestResult {
    /// One for each suite.
    public let suites: [SuiteResults]

    /// Nothing: a card's rows are about one problem.
    public var rows: [EvaluationRow] { [] }
  }

  /// Methods that need no search on the problem at hand.
  public static let rivals: [SuiteContender] = [
    .schedule(.constant, 1), .schedule(.cosine, 1), .schedule(.warmUpLinear, 3.162),
    .optimizer("schedule-free-adamw", rate: 0.01), .optimizer("schedule-free-adamw", rate: 0.04),
  ]

  /// Runs the controller from good and bad rates, and its rivals.
  public func run(
    _ training: ControllerTraining, on pool: TraineePool, shouldStop: @escaping @Sendable () -> Bool,
    onEvent: @escaping @Sendable (TrainingJob.Event) -> Void
  ) throws -> any ControllerTestResult {
    let controller = SuiteContender.controller(
      training.controller, name: "controller", optimizer: optimizer,
      initialRates: SuiteInitialRates.good + SuiteInitialRates.bad)
    let comparisons = suites.map { SuiteComparison(suite: $0, contenders: [controller] + Self.rivals) }
    onEvent(.testing(runs: comparisons.reduce(0) { $0 + $1.runCount }))
    return Result(
      suites: try comparisons.map {
        try $0.run(on: pool, shouldStop: shouldStop, onRun: { onEvent(.tested) })
      })
  }
}
