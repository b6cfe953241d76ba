import Experiments
import Files
import Foundation
import MetaLR
import Schedules
import Synchronization
import Testing

@Suite("Comparison")
struct ComparisonTests {
  static let plan = RunPlan(stepBudget: 6, interval: 2)

  static func schedule(_ text: String) throws -> Method {
    .schedule(try ScheduleSpecification(parsing: text))
  }

  static func comparison(_ contenders: [Contender], seeds: [UInt64] = [0, 1, 2]) throws -> Comparison {
    try Comparison(
      contenders: contenders, initialLearningRates: [0.1, 0.3], seeds: seeds, searchSeeds: [10, 11],
      plan: plan)
  }

  static func contenders() throws -> [Contender] {
    [
      Contender(.constant, priorSteps: 600), Contender(try schedule("constant:0.2"), name: "fifth"),
      Contender(name: "grid", bestOf: try ["constant:0.1", "constant:0.4", "constant:2.5"].map(schedule)),
    ]
  }

  /// `0.1 + place^2 / 2` after six steps at one rate.
  static func loss(seed: UInt64, rate: Double) -> Double {
    let place = (1 + Double(seed % 7) / 10) * pow(1 - rate, 6)
    return 0.1 + place * place / 2
  }

  @Test("A search goes on with the lowest validation loss, and everything runs on the same seeds")
  func search() throws {
    let results = try Self.comparison(Self.contenders())
      .run(on: TraineePool(workers: 2) { QuadraticTrainee() }, task: "t", journal: nil)
    #expect(results.map(\.label) == ["constant", "constant", "fifth", "grid: constant:0.4"])
    #expect(results.map(\.runs.initialLearningRate) == [0.1, 0.3, 0.2, 0.4])
    #expect(results.map(\.isGivenInitialRate) == [true, true, false, false])
    #expect(results.map(\.priorSteps) == [600, 600, 0, 0])
    for (result, rate) in zip(results, [0.1, 0.3, 0.2, 0.4]) {
      #expect(result.runs.runs.map(\.seed) == [0, 1, 2])
      for (loss, seed) in zip(result.runs.testLosses, [0, 1, 2] as [UInt64]) {
        #expect(abs(loss - Self.loss(seed: seed, rate: rate)) < 1e-12)
      }
    }
    let search = results[3].search
    #expect(search.map(\.method) == ["constant:0.1", "constant:0.4", "constant:2.5"])
    let expected = [10, 11].map { Self.loss(seed: $0, rate: 0.4) }.reduce(0, +) / 2
    #expect(abs(search[1].bestValidationLoss - expected) < 1e-12)
    // At 2.5 the place grows by half at each step: 1.3^2 / 2 * 1.5^8 is above the bound of 10 after four steps.
    #expect(search.map(\.diverged) == [0, 0, 2])
    #expect(search.map(\.steps) == [12, 12, 8])
    #expect(results[3].searchSteps == 32)
  }

  @Test("A range test's largest sensible rate is held; one that suggests nothing is a row with the reason")
  func rangeTest() throws {
    var configuration = RateFinder.Configuration()
    (configuration.lowest, configuration.highest, configuration.steps) = (1e-7, 100, 100)
    configuration.smoothing = .none
    let contender = Contender(name: "finder", suggestedBy: try RateFinder(configuration: configuration))
    let results = try Self.comparison([contender])
      .run(on: TraineePool(workers: 1) { QuadraticTrainee() }, task: "t", journal: nil)
    // The loss is lowest after the steps around rate 1, where the place goes to nothing, and falls most steeply near 0.1.
    #expect(results[0].label.hasPrefix("finder: constant:0."))
    #expect((0.1...1).contains(results[0].runs.initialLearningRate))
    #expect(results[0].searchSteps > 50 && results[0].searchSteps <= 100)
    configuration.highest = 1e-6
    let lost = Contender(name: "finder", suggestedBy: try RateFinder(configuration: configuration))
    let without = try Self.comparison([lost, Contender(Self.schedule("constant:0.2"))])
      .run(on: TraineePool(workers: 1) { QuadraticTrainee() }, task: "t", journal: nil)
    #expect(without[0].label == "finder: no rate suggested")
    #expect(without[0].missing?.hasPrefix("the loss never falls") == true)
    #expect(without[0].runs.runs.isEmpty && without[0].searchSteps == 100)
    #expect(without[1].label == "constant:0.2" && without[1].runs.runs.count == 3)
  }

  @Test("Recorded runs are not run again, and new seeds and methods join them")
  func resume() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID()).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let journal = try Journal(path: path, settings: 1)
    func decisions(_ comparison: Comparison) throws -> (count: Int, losses: [[Double]]) {
      let count = Mutex(0)
      let told = Mutex(0)
      let pool = TraineePool(workers: 2) { QuadraticTrainee() }
      let results = try comparison.run(
        on: pool, task: "t", journal: journal,
        shouldStop: {
          count.withLock { $0 += 1 }
          return false
        }, onRun: { told.withLock { $0 += 1 } })
      #expect(told.withLock { $0 } == comparison.runCount)
      return (count.withLock { $0 }, results.map(\.runs.testLosses))
    }
    let few = try Self.comparison(Array(Self.contenders().prefix(2)))
    // Three decisions a run.
    let first = try decisions(few)
    #expect(first.count == 9 * 3)
    let again = try decisions(few)
    #expect(again.count == 0)
    #expect(again.losses == first.losses)
    let more = try decisions(try Self.comparison(Self.contenders(), seeds: [0, 1, 2, 3]))
    // One more seed of three rows; four runs of three decisions and two of two in the search; four of its winner.
    #expect(more.count == 3 * 3 + (4 * 3 + 2 * 2) + 4 * 3)
    #expect(more.losses.map { Array($0.prefix(3)) }.prefix(3) == first.losses.prefix(3))
  }

  @Test(
    "A search on reported seeds, a name given twice and an impossible schedule are refused before any run")
  func refused() throws {
    #expect(throws: ConfigurationError.self) { try Self.comparison(Self.contenders(), seeds: [9, 10]) }
    #expect(throws: ConfigurationError.self) {
      try Self.comparison([Contender(.constant), Contender(.constant)])
    }
    #expect(throws: ScheduleError.self) {
      try Self.comparison([Contender(try Self.schedule("cosine:0.1,warmup=100"))])
    }
  }

  @Test("Each method is tested against the first, and p-values are corrected by Holm's method")
  func summaries() throws {
    let methods = try [0.11, 0.12, 0.3].map { Contender(try Self.schedule("constant:\($0)")) }
    let runs = try Self.comparison(methods, seeds: [0, 1, 2, 3])
      .run(on: TraineePool(workers: 1) { QuadraticTrainee() }, task: "t", journal: nil).map(\.runs)
    let summaries = RunsSummary.summaries(of: runs)
    func p(_ test: (Sample, Sample) -> TTest?, _ index: Int) throws -> Double {
      let (a, b) = (try #require(Sample(runs[index].testLosses)), try #require(Sample(runs[0].testLosses)))
      return try #require(test(a, b)).pValue
    }
    #expect(summaries[0].testLoss.welch == nil && summaries[0].testLoss.paired == nil)
    let welch = try [p(TTest.welch, 1), p(TTest.welch, 2)]
    #expect(welch[1] < welch[0])
    #expect(summaries[2].testLoss.welch == 2 * welch[1])
    #expect(summaries[1].testLoss.welch == max(welch[0], 2 * welch[1]))
    let paired = try [p(TTest.paired, 1), p(TTest.paired, 2)]
    #expect(summaries[1].testLoss.paired == holmCorrected(paired)[0])
    let interval = try #require(summaries[2].testLoss.interval)
    let half = try #require(Sample(runs[2].testLosses)).standardDeviation / 2 * 3.182446305284263
    #expect(abs(interval[1] - interval[0] - 2 * half) < 1e-12)
  }
}
