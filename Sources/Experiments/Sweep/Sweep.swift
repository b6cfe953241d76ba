import Files
import Foundation
import MetaLR

/// Constant rates tried one by one on the same seeds: how many steps each needs to a target.
public struct Sweep: Sendable {
  /// The rates, increasing.
  public let learningRates: [Double]
  /// The seeds of weights and data order, the same for all rates.
  public let seeds: [UInt64]
  /// What each run is to reach.
  public let target: SweepTarget
  /// Budget, interval and bound of each run.
  public let plan: RunPlan

  /// Creates a sweep.
  ///
  /// - Parameters:
  ///   - learningRates: Positive rates in any order, each once.
  ///   - seeds: At least one seed, each once.
  ///   - target: What each run is to reach.
  ///   - plan: Budget, interval and bound of each run.
  /// - Throws: `ConfigurationError` for a rate, a target or a plan that is impossible.
  public init(learningRates: [Double], seeds: [UInt64], target: SweepTarget, plan: RunPlan) throws {
    func refuse(_ expected: String) -> ConfigurationError {
      ConfigurationError(name: "list of rates", value: "\(learningRates)", expected: expected)
    }
    guard !learningRates.isEmpty, learningRates.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw refuse("positive numbers")
    }
    guard Set(learningRates).count == learningRates.count else { throw refuse("each rate once") }
    guard !seeds.isEmpty, Set(seeds).count == seeds.count else {
      throw ConfigurationError(name: "list of seeds", value: "\(seeds)", expected: "at least one, each once")
    }
    try target.validate()
    try plan.validate()
    self.learningRates = learningRates.sorted()
    self.seeds = seeds
    self.target = target
    self.plan = plan
  }

  /// Rates with equal ratios from the lowest to the highest.
  ///
  /// r_i = lowest (highest / lowest)^(i / (count - 1)), rounded to three significant digits.
  ///
  /// - Parameters:
  ///   - lowest: The first rate, positive.
  ///   - highest: The last rate, above the first unless there is only one.
  ///   - count: How many, at least 1.
  /// - Returns: The rates, increasing.
  /// - Throws: `ConfigurationError` for numbers that make no such list.
  public static func learningRates(
    from lowest: Double, to highest: Double, count: Int
  ) throws(ConfigurationError) -> [Double] {
    guard lowest > 0, highest.isFinite, count > 1 ? highest > lowest : highest >= lowest else {
      throw ConfigurationError(
        name: "range of rates", value: "\(lowest) to \(highest)",
        expected: "a positive rate and a higher one")
    }
    guard (1...10_000).contains(count) else {
      throw ConfigurationError(
        name: "number of rates", value: "\(count)", expected: "a whole number from 1 to 10000")
    }
    let rates = (0..<count).map { index in
      let share = count > 1 ? Double(index) / Double(count - 1) : 0
      return rounded(lowest * pow(highest / lowest, share))
    }
    guard Set(rates).count == count else {
      throw ConfigurationError(
        name: "number of rates", value: "\(count)",
        expected: "fewer: from \(lowest) to \(highest) they are equal in three digits")
    }
    return rates
  }

  /// To three significant digits, so that a rate reads the same wherever it is written.
  private static func rounded(_ rate: Double) -> Double { Double(String(format: "%.2e", rate)) ?? rate }

  /// How many runs there are.
  public var runCount: Int { learningRates.count * seeds.count }

  /// Does the runs.
  ///
  /// - Parameters:
  ///   - pool: Does the runs.
  ///   - series: What tells these runs from those of other trainees in the journal.
  ///   - journal: Where runs are recorded, and found again; nil for nowhere, and on every rank but the first.
  ///   - shouldStop: Asked before every interval.
  ///   - onRun: Told each run that is there, in no fixed order.
  /// - Returns: For each rate, in order, what its seeds came to.
  /// - Throws: `Interrupted`, `FileError` of the journal, or what a trainee throws.
  public func run(
    on pool: TraineePool, series: String, journal: Journal?,
    shouldStop: @escaping @Sendable () -> Bool = { false },
    onRun: @escaping @Sendable (SweepRun) -> Void = { _ in }
  ) throws -> [SweepResult] {
    let jobs = learningRates.flatMap { rate in seeds.map { (rate, $0) } }
    let runs: [SweepRun] = try pool.run(
      keys: jobs.map { "\(series) | \($0) | seed \($1)" }, recordedIn: journal,
      onResult: { onRun($1) },
      job: { index, trainee in
        try SweepRun(
          of: trainee, learningRate: jobs[index].0, seed: jobs[index].1, target: target, plan: plan,
          shouldStop: shouldStop)
      })
    return learningRates.indices.map { index in
      SweepResult(runs: Array(runs[(index * seeds.count)..<((index + 1) * seeds.count)]))
    }
  }
}

/// What the runs of one rate came to.
public struct SweepResult: Sendable, Equatable {
  /// The runs in the order of the seeds.
  public let runs: [SweepRun]

  /// The rate of all runs.
  public var learningRate: Double { runs[0].learningRate }

  /// The run in the middle: reached before not reached before diverged, and fewer steps before more.
  ///
  /// Of an even number, the later of the two in the middle: what more than half of the seeds do as well.
  public var median: SweepRun { Self.median(of: runs) }

  static func median(of runs: [SweepRun]) -> SweepRun {
    let order = runs.sorted { ($0.outcome.order, $0.steps) < ($1.outcome.order, $1.steps) }
    return order[order.count / 2]
  }

  /// How many runs ended in a way.
  public func count(of outcome: SweepRun.Outcome) -> Int { runs.count { $0.outcome == outcome } }

  /// Creates a result.
  ///
  /// - Precondition: There is a run, and all have the same rate.
  public init(runs: [SweepRun]) {
    precondition(
      !runs.isEmpty && runs.allSatisfy { $0.learningRate == runs[0].learningRate },
      "expected runs of one rate, got \(runs.map(\.learningRate))")
    self.runs = runs
  }
}

extension SweepRun.Outcome {
  fileprivate var order: Int {
    switch self {
    case .reached: 0
    case .notReached: 1
    case .diverged: 2
    }
  }
}
