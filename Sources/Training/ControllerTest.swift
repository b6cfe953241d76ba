import Experiments
import MetaLR

/// How a trained controller is tested.
public protocol ControllerTest: Sendable {
  /// Runs the controller and what it is compared with.
  func run(
    _ training: ControllerTraining, on pool: TraineePool, shouldStop: @escaping @Sendable () -> Bool,
    onEvent: @escaping @Sendable (TrainingJob.Event) -> Void
  ) throws -> any ControllerTestResult
}

/// What a test came to.
public protocol ControllerTestResult: Sendable {
  /// What the checkpoint's card keeps of it.
  var rows: [EvaluationRow] { get }
  /// Whether the controller may take its place; a test that only measures accepts all, the default.
  var isAccepted: Bool { get }
}

extension ControllerTestResult {
  /// Yes.
  public var isAccepted: Bool { true }
}

/// A test on seeds of one problem that the controller was not trained on, against its beginning, the constant rate and the
/// cosine.
public struct HeldOutSeedsTest: ControllerTest {
  /// What runs are of.
  public let problem: Problem
  /// The seeds.
  public let seeds: [UInt64]

  /// A test on `seeds` of `problem`.
  public init(problem: Problem, seeds: [UInt64]) {
    self.problem = problem
    self.seeds = seeds
  }

  /// The runs of each method from each initial rate.
  public struct Result: ControllerTestResult {
    /// For each initial rate, in order, each method, in order.
    public let methods: [MethodRuns]

    /// The same for a card.
    public var rows: [EvaluationRow] {
      methods.map {
        EvaluationRow(method: $0.method, initialLearningRate: $0.initialLearningRate, runs: $0.runs)
      }
    }
  }

  /// Runs every method from every initial rate of the training.
  public func run(
    _ training: ControllerTraining, on pool: TraineePool, shouldStop: @escaping @Sendable () -> Bool,
    onEvent: @escaping @Sendable (TrainingJob.Event) -> Void
  ) throws -> any ControllerTestResult {
    let methods: [Method] = [
      .controller(training.controller),
      .controller(try training.untrainedController(), name: "untrained"), .constant, .cosine,
    ]
    let rates = training.configuration.initialLearningRates
    onEvent(.testing(runs: methods.count * rates.count * seeds.count))
    return Result(
      methods: try MethodRuns.collect(
        methods, initialLearningRates: rates, seeds: seeds, of: problem, on: pool, shouldStop: shouldStop,
        onRun: { _ in onEvent(.tested) }))
  }
}
