import BuiltInTrainees
import Experiments
import Files
import MetaLR

/// Does the runs of a comparison over suites, with progress.
struct SuiteWork {
  let suites: [ProblemSuite]
  let controllers: [SuiteContender]
  /// How many problems schedules are calibrated on.
  let calibrationCount: Int
  let claims: [SuiteClaim]
  let averaging: WeightAveraging
  let folder: String
  let workers: WorkerOptions
  let options: OutputOptions
  let interrupt: Interrupt

  /// From which seed on schedules are calibrated and replays averaged: far from the suites.
  private static let calibrationSeed: UInt64 = 50_000_000

  func run(_ job: Job) throws -> [SuiteResults] {
    let rivals = SuiteRivals.all + [SuiteRivals.searchedScheduleFree]
    let replayed = controllers.filter { !$0.isGuarded }
    try check(
      controllers.map(\.name) + replayed.map { OpenLoop.contenderName(of: $0.name) } + [
        Calibration.contenderName
      ]
        + rivals.map(\.name))
    let journal =
      job.isFirst
      ? try writingOutput { try Journal(path: "\(folder)/suites.jsonl", settings: ["suites": 1]) } : nil
    let pool = job.pool(workers)
    let interrupt = interrupt
    do {
      let known = ProblemSuite.drawn(
        .trained, count: calibrationCount, first: Self.calibrationSeed
      ).problems
      let calibration = try Calibration(
        fittedOn: known, averaging: averaging, on: pool, journal: journal,
        shouldStop: { interrupt.isRequested })
      let replays = try replayed.map {
        try OpenLoop(
          of: $0, on: known, averaging: averaging, pool: pool, journal: journal,
          shouldStop: { interrupt.isRequested })
      }
      let contenders =
        controllers + replays.map(\.contender) + [calibration.contender] + rivals
      let comparisons = suites.map {
        SuiteComparison(
          suite: $0, contenders: contenders, averaging: averaging)
      }
      let progress = ProgressReporter(
        unit: .things("run"), total: comparisons.reduce(0) { $0 + $1.runCount }, options: options)
      defer { progress.finish() }
      let count = Counter()
      return try writingOutput {
        try comparisons.map {
          try $0.run(
            on: pool, journal: journal, shouldStop: { interrupt.isRequested },
            onRun: { progress.update(done: count.increment()) })
        }
      }
    } catch is Interrupted {
      throw interrupt.error(
        advice: "Finished runs are kept in \(folder)/suites.jsonl: the same command goes on from there.")
    }
  }

  /// Refuses names that come twice, and claims about methods that are not compared.
  private func check(_ names: [String]) throws {
    var seen: Set<String> = []
    if let name = names.first(where: { !seen.insert($0).inserted }) {
      throw ConfigurationError(
        name: "name of a method", value: "'\(name)'", expected: "one that comes once: NAME=METHOD")
    }
    for claim in claims { try claim.check(names) }
  }
}
