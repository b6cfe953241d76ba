import BuiltInTrainees
import Files
import Foundation
import MetaLR
import Schedules

/// Runs what is to be compared on one task: the searches first, on seeds of their own, then everything on the same
/// test seeds.
public struct Comparison: Sendable {
  /// What is compared.
  public let contenders: [Contender]
  /// The rates from which methods run that depend on them.
  public let initialLearningRates: [Double]
  /// The seeds of the runs that are reported.
  public let seeds: [UInt64]
  /// The seeds on which searches choose.
  public let searchSeeds: [UInt64]
  /// Length and interval of each run.
  public let plan: RunPlan

  /// Creates a comparison.
  ///
  /// - Parameters:
  ///   - contenders: What is compared, each name once.
  ///   - initialLearningRates: The rates from which methods run that depend on them.
  ///   - seeds: The seeds of the runs that are reported.
  ///   - searchSeeds: The seeds on which searches choose.
  ///   - plan: Length and interval of each run.
  /// - Throws: `ConfigurationError` for a search on the seeds that are reported, or a name that comes twice; what
  ///   a method throws that cannot be made for a run of this length.
  public init(
    contenders: [Contender], initialLearningRates: [Double], seeds: [UInt64], searchSeeds: [UInt64],
    plan: RunPlan
  ) throws {
    if let shared = searchSeeds.first(where: seeds.contains) {
      throw ConfigurationError(
        name: "list of search seeds", value: "\(searchSeeds)",
        expected: "seeds that are not reported on; \(shared) is")
    }
    let names = contenders.map(\.name)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw ConfigurationError(
        name: "list of methods", value: names.joined(separator: " "),
        expected: "each once; '\(twice)' comes twice, so name one of them: NAME=METHOD")
    }
    for method in contenders.flatMap(\.candidates) {
      for rate in try Self.startingRates(of: method, from: initialLearningRates, plan) {
        _ = try method.makeSource(rate, plan.stepBudget)
      }
    }
    self.contenders = contenders
    self.initialLearningRates = initialLearningRates
    self.seeds = seeds
    self.searchSeeds = searchSeeds
    self.plan = plan
  }

  /// How many training runs it takes, searches included.
  public var runCount: Int {
    let searched = contenders.filter(\.needsSearch).map { $0.candidates.count * searchSeeds.count }
    let reported = contenders.map { contender in
      (contender.candidates.first.map { $0.ownInitialRate == nil } ?? false ? initialLearningRates.count : 1)
        * seeds.count
    }
    return searched.reduce(0, +) + reported.reduce(0, +)
  }

  /// Does the runs.
  ///
  /// - Parameters:
  ///   - pool: Does the runs.
  ///   - task: What tells this task's results from those of others in the journal.
  ///   - journal: Where runs are recorded, and found again; nil for nowhere, and on every rank but the first.
  ///   - shouldStop: Asked before every interval.
  ///   - onRun: Told of each run that is there, in no fixed order.
  /// - Returns: For each contender, in order, each initial rate, in order.
  /// - Throws: `Interrupted`, `FileError` of the journal, or what a trainee or a method throws.
  public func run(
    on pool: TraineePool, task: String, journal: Journal?,
    shouldStop: @escaping @Sendable () -> Bool = { false }, onRun: @escaping @Sendable () -> Void = {}
  ) throws -> [ComparedRuns] {
    func runs(_ jobs: [Job]) throws -> [TrainingRun] {
      try pool.run(
        keys: jobs.map { try $0.key(task: task) },
        recordedIn: journal, onResult: { _, _ in onRun() },
        job: { index, trainee in
          let job = jobs[index]
          try job.method.prepare(trainee)
          var source = try job.method.makeSource(job.initialLearningRate, plan.stepBudget)
          return try TrainingRun(
            of: trainee, ratesFrom: &source, seed: job.seed, initialLearningRate: job.initialLearningRate,
            plan: plan, shouldStop: shouldStop)
        })
    }
    let searches = try searches(runs) { finder in
      try found(finder, on: pool, task: task, journal: journal, shouldStop: shouldStop)
    }
    let rates = try searches.map { try $0.winner.map { try startingRates(of: $0) } ?? [] }
    var results = try runs(
      zip(searches, rates).flatMap { search, rates in
        rates.flatMap { rate in seeds.compactMap { seed in search.winner.map { Job($0, rate, seed) } } }
      })[...]
    return zip(zip(contenders, searches), rates).flatMap { row, rates in
      let (contender, search) = row
      func compared(_ method: Method?, from rate: Double) -> ComparedRuns {
        let count = method == nil ? 0 : seeds.count
        defer { results = results.dropFirst(count) }
        return ComparedRuns(
          contender: contender.name, priorSteps: contender.priorSteps, search: search.results,
          isGivenInitialRate: method.map { $0.ownInitialRate == nil } ?? false,
          runs: MethodRuns(
            method: method?.name ?? contender.name, initialLearningRate: rate,
            runs: Array(results.prefix(count))),
          missing: search.missing)
      }
      guard let winner = search.winner else { return [compared(nil, from: .nan)] }
      return rates.map { compared(winner, from: $0) }
    }
  }

  /// What a contender's search came to, and the method that it goes on with; nil with the reason where it suggests none.
  private struct Found {
    var winner: Method?
    var results: [SearchResult] = []
    var missing: String?
  }

  /// What each contender's search came to, and the method that it goes on with.
  private func searches(
    _ runs: ([Job]) throws -> [TrainingRun], found: (RateFinder) throws -> Found
  ) throws -> [Found] {
    let searched = contenders.filter(\.needsSearch).flatMap(\.candidates)
    var results = try runs(
      searched.flatMap { method in
        try startingRates(of: method).flatMap { rate in searchSeeds.map { Job(method, rate, $0) } }
      })[...]
    return try contenders.map { contender in
      if let finder = contender.finder { return try found(finder) }
      guard contender.needsSearch else { return Found(winner: contender.candidates[0]) }
      let tried = contender.candidates.map { method in
        defer { results = results.dropFirst(searchSeeds.count) }
        return SearchResult(method, runs: results.prefix(searchSeeds.count))
      }
      let best = tried.indices.min { tried[$0].bestValidationLoss < tried[$1].bestValidationLoss } ?? 0
      return Found(winner: contender.candidates[best], results: tried)
    }
  }

  /// The constant rate that a range test suggests on the first search seed.
  private func found(
    _ finder: RateFinder, on pool: TraineePool, task: String, journal: Journal?,
    shouldStop: @escaping @Sendable () -> Bool
  ) throws -> Found {
    let seed = searchSeeds.first ?? 0
    let curves: [RateCurve] = try pool.run(
      keys: ["\(task) | range test \(finder.configuration) | seed \(seed)"], recordedIn: journal,
      job: { _, trainee in
        if let classifier = trainee as? ImageClassifier { classifier.use(classifier.ownOptimizer) }
        return try finder.run(on: trainee, seed: seed, shouldStop: shouldStop)
      })
    switch RateSuggestion(curves[0]) {
    case .none(let reason):
      return Found(
        results: [SearchResult("range test", curve: curves[0])], missing: reason)
    case .range(_, let largest):
      let rate = Double(String(format: "%.3g", largest)) ?? largest
      let method = Method.schedule(try ScheduleSpecification(parsing: "constant:\(rate)"))
      return Found(winner: method, results: [SearchResult(method.name, curve: curves[0])])
    }
  }

  private func startingRates(of method: Method) throws -> [Double] {
    try Self.startingRates(of: method, from: initialLearningRates, plan)
  }

  private static func startingRates(
    of method: Method, from rates: [Double], _ plan: RunPlan
  ) throws -> [Double] {
    try method.ownInitialRate.map { [try $0(plan.stepBudget)] } ?? rates
  }

  private struct Job: Sendable {
    let method: Method
    let initialLearningRate: Double
    let seed: UInt64

    init(_ method: Method, _ rate: Double, _ seed: UInt64) {
      (self.method, initialLearningRate, self.seed) = (method, rate, seed)
    }

    func key(task: String) throws -> String {
      let version = try method.version()
      return
        "\(task) | \(method.name)\(version.isEmpty ? "" : " #\(version)") | from \(initialLearningRate) | "
        + "seed \(seed)"
    }
  }
}

extension Contender {
  fileprivate var needsSearch: Bool { candidates.count > 1 }
}
