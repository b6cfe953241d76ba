import BuiltInTrainees
import Files
import Foundation
import MetaLR
import Randomness

/// Runs contenders on every problem of a suite, and values them by their regret against a search on each problem.
///
/// The search is of 48 runs: constant, cosine, linear to zero and one-cycle at ten peaks a third of a decade apart from a
/// tenth of the usual rate on, and eight step decays. It chooses by validation loss on one seed, and what it chose is
/// valued on the seeds of the contenders.
public struct SuiteComparison: Sendable {
  /// The problems.
  public let suite: ProblemSuite
  /// What is compared.
  public let contenders: [SuiteContender]
  /// Seeds of the runs that count.
  public let seeds: [UInt64]
  /// Which average of the weights every run has as a second candidate, the search's too; contenders that bring an optimizer
  /// with an average of its own are as they are.
  public let averaging: WeightAveraging

  /// The seed that the search chooses on.
  public static let searchSeed: UInt64 = 1

  /// Creates a comparison.
  ///
  /// - Precondition: `seeds` does not hold the search's.
  public init(
    suite: ProblemSuite, contenders: [SuiteContender], seeds: [UInt64] = [101, 102],
    averaging: WeightAveraging = .none
  ) {
    precondition(!seeds.contains(Self.searchSeed), "seed \(Self.searchSeed) is the search's")
    self.suite = suite
    self.contenders = contenders
    self.seeds = seeds
    self.averaging = averaging
  }

  private static let peaks = (0..<10).map { pow(10, -1 + Double($0) / 3) }

  /// What is searched: shapes, and peaks in multiples of the usual rate.
  static let grid: [(shape: ScheduleShape, multiple: Double)] =
    [ScheduleShape.constant, .cosine, .linear, .oneCycle].flatMap { shape in peaks.map { (shape, $0) } }
    + peaks[1..<9].map { (.steps, $0) }

  static let searched = grid.map { SuiteContender.schedule($0.shape, $0.multiple) }

  /// Runs of the whole comparison.
  public var runCount: Int {
    let each = contenders.reduce(0) { $0 + $1.initialRates.count * seeds.count + $1.candidates.count }
    return suite.problems.count * (Self.searched.count + seeds.count + each)
  }

  /// One run's outcome.
  struct Outcome: Codable, Sendable {
    var validationLoss: Double
    var testLoss: Double
    var hasDiverged: Bool
    /// The rate of each decision, of runs that a controller drives, in multiples of the usual rate.
    var rates: [Double]?
  }

  /// Does the runs.
  ///
  /// - Parameters:
  ///   - pool: Does them.
  ///   - journal: Where runs are recorded and found again; nil for nowhere.
  ///   - shouldStop: Asked before every interval.
  ///   - onRun: Told of each run that is there.
  /// - Returns: One row a contender.
  /// - Throws: `Interrupted`, or what trainees and sources throw.
  public func run(
    on pool: TraineePool, journal: Journal? = nil, shouldStop: @escaping @Sendable () -> Bool = { false },
    onRun: @escaping @Sendable () -> Void = {}
  ) throws -> SuiteResults {
    func play(_ jobs: [Job]) throws -> [Outcome] {
      try self.play(jobs, on: pool, journal, shouldStop, onRun)
    }
    let best = try best(of: Self.searched, play)
    let oracle = try play(
      zip(suite.problems, best).flatMap { problem, best in seeds.map { job(problem, best, 1, $0) } })
    let rows = try contenders.map { contender in
      let chosen = try contender.candidates.isEmpty ? nil : self.best(of: contender.candidates, play)
      let outcomes = try play(
        suite.problems.enumerated().flatMap { index, problem in
          contender.initialRates.flatMap { rate in
            seeds.map { job(problem, chosen?[index] ?? contender, rate, $0) }
          }
        })
      return row(contender, outcomes, oracle)
    }
    return SuiteResults(suite: suite.name, problems: suite.problems.map(\.description), rows: rows)
  }

  /// The rates of a controller on each problem from the usual one, decision by decision, in multiples of it.
  func rates(
    of contender: SuiteContender, on pool: TraineePool, journal: Journal?,
    shouldStop: @escaping @Sendable () -> Bool, onRun: @escaping @Sendable () -> Void
  ) throws -> [[Double]] {
    try play(
      suite.problems.map { job($0, contender, 1, Self.searchSeed) }, on: pool, journal, shouldStop, onRun
    ).map { $0.rates ?? [] }
  }

  /// The validation loss of each searched schedule on each problem.
  func searchedLosses(
    on pool: TraineePool, journal: Journal?, shouldStop: @escaping @Sendable () -> Bool,
    onRun: @escaping @Sendable () -> Void
  ) throws -> [[Double]] {
    let outcomes = try play(
      suite.problems.flatMap { problem in Self.searched.map { job(problem, $0, 1, Self.searchSeed) } },
      on: pool, journal, shouldStop, onRun)
    let count = Self.searched.count
    return suite.problems.indices.map { outcomes[$0 * count..<($0 + 1) * count].map(\.validationLoss) }
  }

  /// For each problem the candidate of the lowest validation loss on the search's seed.
  private func best(
    of candidates: [SuiteContender], _ play: ([Job]) throws -> [Outcome]
  ) throws -> [SuiteContender] {
    let outcomes = try play(
      suite.problems.flatMap { problem in candidates.map { job(problem, $0, 1, Self.searchSeed) } })
    return suite.problems.indices.map { index in
      let tried = outcomes[index * candidates.count..<(index + 1) * candidates.count].map(\.validationLoss)
      return candidates[tried.indices.min { tried[$0] < tried[$1] } ?? 0]
    }
  }

  private func play(
    _ jobs: [Job], on pool: TraineePool, _ journal: Journal?, _ shouldStop: @escaping @Sendable () -> Bool,
    _ onRun: @escaping @Sendable () -> Void
  ) throws -> [Outcome] {
    try pool.run(
      keys: jobs.map(\.key), problem: { try jobs[$0].adapted }, recordedIn: journal,
      onResult: { _, _ in onRun() },
      job: { index, trainee in
        let job = jobs[index]
        let problem = try job.adapted
        let rate = job.initialRate * problem.usualLearningRate
        trainee.reportsDynamics = job.contender.readsDynamics
        if job.contender.testsRange {
          let tested = try RangeTestedRun(
            on: trainee, of: problem, seed: job.seed, shouldStop: shouldStop)
          var source: any RateSource = tested.source
          return try run(of: trainee, by: &source, job.seed, tested.peak, tested.plan, shouldStop)
        }
        var source = try job.contender.makeSource(problem, rate)
        var outcome = try run(of: trainee, by: &source, job.seed, rate, problem.plan, shouldStop)
        trainee.reportsDynamics = true
        outcome.rates =
          job.contender.readsDynamics ? outcome.rates?.map { $0 / problem.usualLearningRate } : nil
        return outcome
      })
  }

  private func run(
    of trainee: any Trainee, by source: inout any RateSource, _ seed: UInt64, _ rate: Double, _ plan: RunPlan,
    _ shouldStop: () -> Bool
  ) throws -> Outcome {
    func outcome(_ source: inout some RateSource) throws -> Outcome {
      let run = try TrainingRun(
        of: trainee, ratesFrom: &source, seed: seed, initialLearningRate: rate, plan: plan,
        shouldStop: shouldStop)
      return Outcome(
        validationLoss: run.best.validationLoss, testLoss: run.test.loss, hasDiverged: run.hasDiverged,
        rates: run.observations.dropFirst().map(\.learningRate))
    }
    return try outcome(&source)
  }

  private func row(
    _ contender: SuiteContender, _ outcomes: [Outcome], _ oracle: [Outcome]
  ) -> SuiteResults.Row {
    let each = contender.initialRates.count * seeds.count
    let regrets = suite.problems.indices.map { problem in
      (0..<each).map { place in
        let reference = oracle[problem * seeds.count + place % seeds.count].testLoss
        let chance = suite.problems[problem].chanceLoss() ?? 1
        let scale = Regret(bestLoss: max(reference, 0), chanceLoss: chance)
        // A run never ends worse than at its first weights, whose loss is finite.
        return scale?.value(of: max(outcomes[problem * each + place].testLoss, 0)) ?? .infinity
      }
    }
    let usual = contender.initialRates.firstIndex(of: 1).map { $0 * seeds.count }
    return SuiteResults.Row(
      name: contender.name, initialRates: contender.initialRates, seeds: seeds.count, regrets: regrets,
      diverged: outcomes.count(where: \.hasDiverged),
      rates: usual.map { place in
        suite.problems.indices.compactMap { outcomes[$0 * each + place].rates }
      } ?? [])
  }

  private func job(
    _ problem: Problem, _ contender: SuiteContender, _ initialRate: Double, _ seed: UInt64
  ) -> Job {
    Job(
      problem: problem, contender: contender, initialRate: initialRate, seed: seed,
      averaging: contender.averagesItself ? .none : averaging)
  }

  private struct Job: Sendable {
    let problem: Problem
    let contender: SuiteContender
    let initialRate: Double
    let seed: UInt64
    let averaging: WeightAveraging

    /// The problem with the contender's optimizer, and the comparison's average.
    var adapted: Problem {
      get throws {
        guard contender.optimizer != nil || averaging != .none else { return problem }
        guard let with = problem.with else {
          throw ConfigurationError(
            name: "optimizer or average of '\(problem.description.label)'",
            value: contender.optimizer ?? "\(averaging)",
            expected: "contenders that keep the problem's own optimizer, and no average")
        }
        return try with(contender.optimizer, "\(averaging)")
      }
    }

    var key: String {
      "\(problem.description.label) \(problem.description.datasetHash) \(problem.description.splitSizes) | \(problem.plan.stepBudget) | \(contender.name) \(contender.version) | from \(initialRate) | "
        + "seed \(seed)" + (averaging == .none ? "" : " | average \(averaging)")
    }
  }
}
