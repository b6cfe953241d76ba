import Schedules
import Testing

@testable import Command

@Suite("Lines of learning rates")
struct RateLineTests {
  /// Four periods of 15 steps from 0.01 to 0: readings 20 steps apart would show two of them.
  static func restarts(_ steps: Int) throws -> any Schedule {
    try ScheduleSpecification(parsing: "sgdr:0.01,15,1").schedule(totalSteps: steps)
  }

  @Test("Every cycle of a schedule is there, however far apart the readings are")
  func everyStep() throws {
    let line = RateLine(try Self.restarts(60), steps: 60)
    #expect(line.steps == (0..<60).map(Double.init))
    #expect(line.steps.filter { line.rates[Int($0)] == 0.01 } == [0, 15, 30, 45])
  }

  @Test("A long line keeps the lowest and the highest rate of each part, in order")
  func parts() throws {
    // 60,000 steps in 100 parts of 600, each of 40 periods.
    let line = RateLine(try Self.restarts(60_000), steps: 60_000, mostPoints: 200)
    #expect(line.steps.count == 200 && line.steps == line.steps.sorted())
    #expect(line.rates.filter { $0 == 0.01 }.count == 100)
    // The last step of a period: 0.01 (1 + cos(14 pi / 15)) / 2.
    #expect(line.rates.allSatisfy { $0 == 0.01 || abs($0 - 1.0926199633097e-4) < 1e-15 })
  }

  @Test("A line of one step and one of none are drawn too")
  func short() throws {
    #expect(RateLine(try Self.restarts(60), steps: 1).rates == [0.01])
    #expect(RateLine(try Self.restarts(60), steps: 0).rates.isEmpty)
  }
}
