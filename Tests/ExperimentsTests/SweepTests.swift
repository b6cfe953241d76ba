import Files
import Foundation
import MetaLR
import Testing

@testable import Experiments

@Suite("Sweeps")
struct SweepTests {
  static let plan = RunPlan(stepBudget: 100, interval: 5)

  static func pool(_ workers: Int = 1) -> TraineePool {
    TraineePool(workers: workers) { QuadraticTrainee() }
  }

  @Test(
    "A rate reaches the loss after as many steps as the recurrence says",
    arguments: [0.01, 0.02, 0.1, 0.5, 1, 1.5, 1.99])
  func steps(rate: Double) throws {
    let run = try SweepRun(
      of: QuadraticTrainee(), learningRate: rate, seed: 0, target: .trainLoss(0.15), plan: Self.plan)
    // The loss 0.1 + x^2 / 2 is at 0.15 where |1 - r|^n is the root of 0.1; readings come every five steps.
    let exact = abs(1 - rate) > 0 ? log(0.1.squareRoot()) / log(abs(1 - rate)) : 0
    let expected = max(5, Int((exact / 5).rounded(.up)) * 5)
    if expected <= 100 {
      #expect(run.stepsToTarget == expected)
    } else {
      #expect(run.outcome == .notReached)
      #expect(run.stepsToTarget == nil)
      #expect(run.steps == 100)
    }
  }

  @Test("An accuracy is looked for in the trainee's own measure")
  func accuracy() throws {
    let run = try SweepRun(
      of: QuadraticTrainee(), learningRate: 0.1, seed: 0, target: .accuracy(0.9), plan: Self.plan)
    // 1 / (1 + x^2) is 0.9 at x = 1/3, and 0.9^n is below that from n = 11.
    #expect(run.stepsToTarget == 15)
    #expect(run.readings.map(\.step) == [5, 10, 15])
    #expect(run.readings.allSatisfy { $0.accuracy != nil })
  }

  @Test("A rate above 2 is recorded as diverged, with the step")
  func diverged() throws {
    let run = try SweepRun(
      of: QuadraticTrainee(), learningRate: 3, seed: 0, target: .accuracy(0.9), plan: Self.plan)
    #expect(run.outcome == .diverged)
    #expect(run.steps == 5)
    #expect(run.stepsToTarget == nil)
  }

  @Test("The median counts failures as longer than any success, and divergence as the worst")
  func median() throws {
    func run(_ rate: Double) throws -> SweepRun {
      try SweepRun(
        of: QuadraticTrainee(), learningRate: rate, seed: 0, target: .trainLoss(0.15), plan: Self.plan)
    }
    let (fast, slow, never, broken) = try (run(0.5), run(0.1), run(0.001), run(3))
    func median(_ runs: SweepRun...) -> SweepRun.Outcome { SweepResult.median(of: runs).outcome }
    #expect(median(fast, slow, never) == .reached)
    #expect(SweepResult.median(of: [never, slow, fast]).steps == slow.steps)
    #expect(median(broken, never, fast) == .notReached)
    #expect(median(fast, never) == .notReached)
    #expect(median(broken, broken, fast) == .diverged)
  }

  @Test("Workers change nothing, and a journal is not run again")
  func resumed() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sweep-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let sweep = try Sweep(
      learningRates: [0.1, 0.01, 3], seeds: [0, 1, 2], target: .trainLoss(0.15), plan: Self.plan)
    func outcomes(_ results: [SweepResult]) -> [[String]] {
      results.map { $0.runs.map { "\($0.learningRate) \($0.seed) \($0.outcome) \($0.steps)" } }
    }
    let once = try sweep.run(on: Self.pool(), series: "a", journal: nil)
    #expect(once.map(\.learningRate) == [0.01, 0.1, 3])
    let journal = try Journal(path: folder + "/runs.jsonl", settings: ["a": 1])
    let recorded = try sweep.run(on: Self.pool(3), series: "a", journal: journal)
    #expect(outcomes(recorded) == outcomes(once))
    #expect(journal.count == 9)
    let again = try sweep.run(
      on: TraineePool(workers: 1) { throw Interrupted() }, series: "a", journal: journal)
    #expect(again == recorded)
  }

  @Test(
    "Subjects are swept one after the other, and a row's summary names the best rate and what the others came to"
  )
  func subjects() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sweep-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func sweeping(_ loss: Double) throws -> Sweep {
      try Sweep(learningRates: [0.01, 0.1, 3], seeds: [0], target: .trainLoss(loss), plan: Self.plan)
    }
    let subjects = ["sgd", "adam"].map { name in
      SweepSubject(
        model: "quadratic", optimizer: name,
        problem: Problem(
          ProblemDescription(
            dataset: "", datasetHash: "", splitSizes: [], model: "quadratic", optimizer: name, batchSize: 1),
          plan: Self.plan
        ) { _ in QuadraticTrainee() })
    }
    let sweep = try sweeping(0.15)
    do {
      let journal = try sweep.journal(at: folder + "/runs.jsonl", of: subjects)
      let rows = try sweep.run(
        subjects, recordedIn: journal, on: { TraineePool(workers: 1, problem: $0) })
      #expect(rows.map(\.optimizer) == ["sgd", "adam"])
      #expect(journal.count == 6)
      // As above: 11 steps at 0.1, seen after 15; 115 at 0.01, of which there are 100.
      let summary = rows[0].summary
      #expect(summary.bestLearningRate == 0.1 && summary.stepsToTarget == 15)
      #expect(summary.reachingRange == [0.1, 0.1])
      #expect((summary.reached, summary.notReached, summary.diverged) == (1, 1, 1))
      #expect(summary.rates.map(\.outcome) == [.notReached, .reached, .diverged])
    }
    #expect(throws: FileError.self) {
      try sweeping(0.2).journal(at: folder + "/runs.jsonl", of: subjects)
    }
  }

  @Test("Rates have equal ratios and three digits")
  func rates() throws {
    let rates = try Sweep.learningRates(from: 1e-6, to: 100, count: 48)
    #expect(rates.count == 48)
    #expect(rates.first == 1e-6)
    #expect(rates.last == 100)
    for (low, high) in zip(rates, rates.dropFirst()) {
      #expect(abs(log10(high / low) - 8.0 / 47) < 0.006)
    }
    #expect(try Sweep.learningRates(from: 0.1, to: 0.1, count: 1) == [0.1])
  }

  @Test("What is impossible is refused", arguments: [0.0, -1, .nan, .infinity])
  func refused(value: Double) throws {
    #expect(throws: ConfigurationError.self) {
      try Sweep(learningRates: [value], seeds: [0], target: .accuracy(0.8), plan: Self.plan)
    }
    #expect(throws: ConfigurationError.self) {
      try Sweep(learningRates: [0.1], seeds: [0], target: .accuracy(value), plan: Self.plan)
    }
    #expect(throws: ConfigurationError.self) { try SweepTarget.trainLoss(value).validate() }
    #expect(throws: ConfigurationError.self) {
      try Sweep.learningRates(from: value, to: 1e-9, count: 3)
    }
    #expect(throws: ConfigurationError.self) {
      try Sweep(learningRates: [0.1, 0.1], seeds: [0], target: .accuracy(0.8), plan: Self.plan)
    }
    #expect(throws: ConfigurationError.self) {
      try Sweep.learningRates(from: 1, to: 1.001, count: 100)
    }
  }
}
