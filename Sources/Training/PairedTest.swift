import BuiltInTrainees
import Experiments
import Foundation
import MetaLR

/// A test of a controller against the one that it began as: run by run on the same problem, seed and initial rate, on usual
/// problems and on some of a kind, none of which either was trained on.
public struct PairedTest: ControllerTest {
  /// A run that both controllers drive.
  public struct Trial: Sendable {
    /// What it is of.
    public let problem: Problem
    /// Where it begins.
    public let initialLearningRate: Double

    /// A run of `problem`, from a rate in the middle of its conditions, or else from a multiple of its usual rate.
    public init(_ problem: Problem, multiple: Double) {
      self.problem = problem
      let decades = problem.conditions?.initialRateDecades
      initialLearningRate =
        problem.usualLearningRate
        * (decades.map { pow(10, ($0.lowerBound + $0.upperBound) / 2) } ?? multiple)
    }
  }

  /// The controller before.
  public let incumbent: Controller
  /// Runs on which the new one must not be worse.
  public let usual: [Trial]
  /// Runs on which it must be better.
  public let kind: [Trial]

  /// The seed of the runs, as of suites.
  private static let seed: UInt64 = 101

  /// A test on given runs.
  public init(incumbent: Controller, usual: [Trial], kind: [Trial]) {
    (self.incumbent, self.usual, self.kind) = (incumbent, usual, kind)
  }

  /// What the test came to.
  public struct Result: ControllerTestResult, Codable, Equatable {
    /// On usual problems.
    public let usual: PairedLosses
    /// On problems of the kind.
    public let kind: PairedLosses

    /// Pairs of both.
    public init(usual: PairedLosses, kind: PairedLosses) {
      (self.usual, self.kind) = (usual, kind)
    }

    /// Nothing: a card's rows are about one problem.
    public var rows: [EvaluationRow] { [] }

    /// Whether the new controller is better on the kind, and not worse on usual problems.
    public var isAccepted: Bool { kind.isBetter && usual.isNotWorse }
  }

  /// Runs both controllers.
  public func run(
    _ training: ControllerTraining, on pool: TraineePool, shouldStop: @escaping @Sendable () -> Bool,
    onEvent: @escaping @Sendable (TrainingJob.Event) -> Void
  ) throws -> any ControllerTestResult {
    onEvent(.testing(runs: 2 * (usual.count + kind.count)))
    return try compare(training.controller, on: pool, shouldStop: shouldStop) { onEvent(.tested) }
  }

  /// Runs the controller before and another one.
  ///
  /// - Parameters:
  ///   - candidate: The other one.
  ///   - pool: Plays the runs.
  ///   - shouldStop: Asked before every decision.
  ///   - onRun: Told of each run that ended, on a worker's thread.
  /// - Returns: The losses of both.
  /// - Throws: `Interrupted`, or what trainees throw.
  public func compare(
    _ candidate: Controller, on pool: TraineePool, shouldStop: @escaping @Sendable () -> Bool = { false },
    onRun: @escaping @Sendable () -> Void = {}
  ) throws -> Result {
    let (trials, controllers) = (usual + kind, [incumbent, candidate])
    let ends: [End] = try pool.run(
      keys: (0..<2 * trials.count).map(String.init), problem: { trials[$0 / 2].problem }, recordedIn: nil,
      onResult: { _, _ in onRun() },
      job: { index, trainee in
        try End(of: trials[index / 2], by: controllers[index % 2], trainee, shouldStop)
      })
    let pairs = trials.indices.map { index in
      PairedLosses.Pair(
        incumbent: ends[2 * index].loss, candidate: ends[2 * index + 1].loss, chance: ends[2 * index].chance)
    }
    return Result(
      usual: PairedLosses(pairs: Array(pairs[..<usual.count])),
      kind: PairedLosses(pairs: Array(pairs[usual.count...])))
  }

  /// How a run ended.
  private struct End: Codable {
    let loss: Double
    let chance: Double

    /// Worse than any run, and finite, as JSON has it.
    private static let failure = 1e9

    init(
      of trial: Trial, by controller: Controller, _ trainee: any Trainee, _ shouldStop: () -> Bool
    ) throws {
      let problem = trial.problem
      trainee.reportsDynamics = true
      var source = ConditionedSource(controller.session(), under: problem.conditions)
      let run = try TrainingRun(
        of: trainee, ratesFrom: &source, seed: PairedTest.seed,
        initialLearningRate: trial.initialLearningRate, plan: problem.plan, shouldStop: shouldStop)
      loss = run.test.loss.isFinite ? run.test.loss : Self.failure
      chance = problem.chanceLoss() ?? 1
    }
  }
}

extension PairedTest {
  /// Numbers of suites' problems that are this test's alone.
  private static let firstUsual: UInt64 = 5_000

  /// A test on usual problems and on problems like served runs.
  ///
  /// Usual problems are of the suites, two thirds of the families that controllers are trained on and a third of others. They begin
  /// at good and bad rates in turn, and so do problems like runs that did not tell where they began.
  ///
  /// - Parameters:
  ///   - incumbent: The controller before.
  ///   - served: Problems like runs.
  ///   - optimizer: That of all problems; nil for each one's own.
  ///   - count: How many problems of each sort.
  /// - Throws: `OptimizerError` where an optimizer cannot be used.
  public init(
    incumbent: Controller, like served: ServedRunProblems, optimizer: Optimizer.Configuration?, count: Int
  ) throws {
    let others = count / 3
    let problems =
      ProblemSuite.drawn(.trained, count: count - others, first: Self.firstUsual).problems
      + ProblemSuite.drawn(.heldOut, count: others, first: Self.firstUsual).problems
    let usual = try problems.map { problem in
      guard let optimizer, let with = problem.with else { return problem }
      return try with(optimizer.description, nil)
    }
    self.init(
      incumbent: incumbent, usual: Self.trials(usual), kind: Self.trials(served.heldOut(count: count)))
  }

  private static func trials(_ problems: [Problem]) -> [Trial] {
    let rates = SuiteInitialRates.good + SuiteInitialRates.bad
    return problems.enumerated().map { Trial($1, multiple: rates[$0 % rates.count]) }
  }
}
