import BuiltInTrainees
import Files
import Foundation
import MetaLR
import Testing

@testable import Experiments

@Suite("Comparisons over suites of problems")
struct SuiteTests {
  /// Four cheap problems.
  static let suite = ProblemSuite(
    name: "small",
    problems: (0..<4).map {
      .drawn(DrawnProblem.sampled(seed: $0, from: DrawnRange(widths: [8], budgets: 50...60, operations: 6e6)))
    })

  static let rivals: [SuiteContender] = [
    .schedule(.constant, 1), .schedule(.constant, 1e-9, name: "still"),
    .optimizer("schedule-free-adamw", rate: 0.04),
  ]

  @Test("A run that hardly moves has the larger regret on every problem, by a test that counts problems")
  func regrets() throws {
    let results = try SuiteComparison(suite: Self.suite, contenders: Self.rivals).run(
      on: TraineePool(workers: 2))
    let regrets = results.rows.map { $0.goodRegrets.reduce(0, +) / 4 }
    #expect(regrets[1] > regrets[0] + 0.1)
    let test = try #require(results.test("constant 1.0 x usual", against: "still"))
    #expect(test.improvement == 1 && test.difference < -0.1)
    // Four pairs of one sign: 2 of 16 arrangements.
    #expect(test.pValue == 0.125)
    #expect(results.test("constant 1.0 x usual", against: "nothing") == nil)
    let both = results.tests(of: ["constant 1.0 x usual"])
    #expect(both.map(\.rival) == ["still", "schedule-free-adamw 0.04"] && both[0].correctedPValue == 0.25)
  }

  @Test("A journal gives the runs back, and an average makes other runs of all but schedule-free ones")
  func journal() throws {
    let path = NSTemporaryDirectory() + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }
    func run(_ averaging: WeightAveraging) throws -> SuiteResults {
      try SuiteComparison(suite: Self.suite, contenders: Self.rivals, averaging: averaging).run(
        on: TraineePool(workers: 2), journal: Journal(path: path, settings: ["suites": 1]))
    }
    func lines() throws -> Int {
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count
    }
    let first = try run(.none)
    let count = try lines()
    let second = try run(.none)
    #expect(try lines() == count && first.rows.map(\.regrets) == second.rows.map(\.regrets))
    let averaged = try run(.polynomial)
    let scheduleFree = 4 * 2
    #expect(try lines() == 2 * count - 1 - scheduleFree)
    #expect(averaged.rows[0].regrets != first.rows[0].regrets)
  }

  @Test("The open loop of a constant rate is that rate")
  func openLoop() throws {
    let constant = SuiteContender(name: "held", initialRates: [1, 10], readsDynamics: true) { _, rate in
      ConstantRate(rate)
    }
    let replay = try OpenLoop(of: constant, on: Self.suite.problems, pool: TraineePool(workers: 2))
    #expect(replay.rates.count == 50 && replay.rates.allSatisfy { abs($0 - 1) < 1e-9 })
    let results = try SuiteComparison(
      suite: Self.suite, contenders: [constant, replay.contender, .schedule(.constant, 1)]
    ).run(on: TraineePool(workers: 2))
    #expect(results.rows[1].name == "held, open loop")
    #expect(
      zip(results.rows[1].regrets.joined(), results.rows[2].regrets.joined()).allSatisfy {
        abs($0 - $1) < 1e-3
      })
    #expect(results.rows[0].rates.count == 4 && results.rows[2].rates.isEmpty)
  }

  @Test("Every rival that needs no search runs on every problem, and none has a name twice")
  func allRivals() throws {
    #expect(Set(SuiteRivals.all.map(\.name)).count == SuiteRivals.all.count)
    let results = try SuiteComparison(suite: Self.suite, contenders: SuiteRivals.all, seeds: [101]).run(
      on: TraineePool(workers: 2))
    #expect(results.rows.map(\.name) == SuiteRivals.all.map(\.name))
    #expect(results.rows.allSatisfy { $0.regrets.joined().allSatisfy { !$0.isNaN } })
  }

  @Test("A range test is charged: the run after it has the steps that are left, to its suggestion's peak")
  func rangeTest() throws {
    for problem in Self.suite.problems {
      let trainee = try problem.trainee(nil)
      let tested = try RangeTestedRun(on: trainee, of: problem, seed: 3, shouldStop: { false })
      let budget = problem.plan.stepBudget
      #expect(tested.plan.stepBudget < budget && tested.plan.stepBudget >= budget - budget / 4)
      let source = tested.source
      let first = try trainee.reset(seed: 3, stepBudget: budget, learningRate: tested.peak)
      let rates = source.learningRates(after: first, steps: tested.plan.stepBudget)
      let highest = try #require(rates.max())
      #expect(highest <= tested.peak * 1.0001 && highest > 0.5 * tested.peak && tested.peak > 0)
    }
    #expect(throws: Interrupted.self) {
      let problem = Self.suite.problems[0]
      _ = try RangeTestedRun(
        on: problem.trainee(nil), of: problem, seed: 3, shouldStop: { true })
    }
  }

  @Test("A suite goes on at any number, and no two suites share a problem")
  func numbers() {
    let two = ProblemSuite.drawn(.heldOut, count: 2).problems.map(\.description.label)
    let next = ProblemSuite.drawn(.heldOut, count: 1, first: 1).problems.map(\.description.label)
    #expect(two[1] == next[0] && two[0] != two[1])
    let trained = ProblemSuite.drawn(.trained, count: 1).problems[0].description.dataset
    #expect(trained != ProblemSuite.drawn(.short, count: 1).problems[0].description.dataset)
  }

  @Test("Claims are read line by line, tested together, and refused where nothing tests them")
  func claims() throws {
    let path = NSTemporaryDirectory() + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }
    func read(_ text: String) throws -> [SuiteClaim] {
      try AtomicFile.write(text, to: path)
      return try SuiteClaim.contents(of: path)
    }
    let claims = try read("# before the runs\n\na b < c # why\n")
    #expect(claims == [SuiteClaim(method: "a b", rival: "c")])
    for text in ["", "a > b", "a < b < c", "a <"] { #expect(throws: FileError.self) { try read(text) } }
    let results = try SuiteComparison(suite: Self.suite, contenders: Self.rivals).run(
      on: TraineePool(workers: 2))
    let name = "constant 1.0 x usual"
    let tests = SuiteClaim.test(
      [SuiteClaim(method: name, rival: "still"), SuiteClaim(method: "still", rival: name)], on: [results])
    #expect(tests.map(\.improvement) == [1, 0] && tests[0].correctedPValue == 0.25)
    #expect(throws: ConfigurationError.self) { try SuiteClaim(method: "x", rival: name).check([name]) }
  }
}
