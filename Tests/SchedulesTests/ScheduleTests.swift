import Foundation
import Testing

@testable import Schedules

@Suite("Schedules by hand")
struct ScheduleTests {
  /// Start, middle, the steps before and at each boundary, the end, past it, and a negative step, of 300 steps.
  static let cases: [(schedule: String, rates: [(step: Int, rate: Double)])] = [
    ("constant:0.01", [(-5, 0.01), (0, 0.01), (150, 0.01), (300, 0.01), (1_000_000, 0.01)]),
    (
      "step:0.1,20,0.9",
      [(-1, 0.1), (0, 0.1), (19, 0.1), (20, 0.09), (39, 0.09), (40, 0.081), (100, 0.059049)]
    ),
    (
      "piecewise:0.1,0.02@100,0.5@101,0.003@300",
      [(-1, 0.1), (0, 0.1), (99, 0.1), (100, 0.02), (101, 0.5), (299, 0.5), (300, 0.003), (9999, 0.003)]
    ),
    ("piecewise:0.25", [(0, 0.25), (77, 0.25)]),
    ("exponential:0.1,0.001", [(-1, 0.1), (0, 0.1), (150, 0.01), (300, 0.001), (999, 0.001)]),
    ("exponential:0.001,end=0.1", [(0, 0.001), (75, 0.001 * sqrt(10)), (150, 0.01), (300, 0.1), (301, 0.1)]),
    ("linear:0.3", [(-1, 0.3), (0, 0.3), (1, 0.299), (150, 0.15), (299, 0.001), (300, 0), (301, 0)]),
    ("linear:0,0.3", [(0, 0), (100, 0.1), (300, 0.3), (400, 0.3)]),
    ("polynomial:0.5,2,end=0.1", [(0, 0.5), (150, 0.2), (240, 0.116), (300, 0.1), (999, 0.1)]),
    ("inverse-sqrt:0.1,hold=25", [(-1, 0.1), (0, 0.1), (25, 0.1), (100, 0.05), (400, 0.025), (2500, 0.01)]),
    ("cosine:0.1", [(0, 0.1), (100, 0.075), (150, 0.05), (200, 0.025), (300, 0), (301, 0)]),
    // 1 - t / T = 1/2: (1/2) / (3/4); 1/4: (1/4) / (5/8).
    ("rex:0.3", [(-1, 0.3), (0, 0.3), (150, 0.2), (225, 0.12), (300, 0), (301, 0)]),
    // Half-way down at step 240 + 30.
    (
      "hold-cosine:0.5,0.8,end=0.1",
      [(-1, 0.5), (0, 0.5), (240, 0.5), (255, 0.3 + 0.2 * sqrt(0.5)), (270, 0.3), (300, 0.1), (999, 0.1)]
    ),
    ("hold-cosine:0.1,0", [(0, 0.1), (100, 0.075), (150, 0.05), (300, 0)]),
    ("hold-cosine:0.1,1", [(0, 0.1), (299, 0.1), (300, 0.1), (999, 0.1)]),
    // 15 steps up, 60 down.
    (
      "wsd:0.8",
      [(-1, 0.05), (0, 0.05), (14, 0.75), (15, 0.8), (240, 0.8), (270, 0.4), (297, 0.04), (300, 0), (999, 0)]
    ),
    ("wsd:0.8,0.8", [(300, 0)]),
    ("wsd:0.8,0,decay=0.5", [(0, 0.8), (150, 0.8), (225, 0.4), (300, 0)]),
    ("wsd:0.8,0.25,0.75", [(0, 0.8 / 76), (74, 0.8 * 75 / 76), (75, 0.8), (187, 0.8 * 113 / 225), (300, 0)]),
    // A tenth is 30 steps; the line falls over the other 270.
    (
      "linear:0.27,warmup=10%",
      [(0, 0.27 / 31), (29, 0.27 * 30 / 31), (30, 0.27), (165, 0.135), (299, 0.001), (300, 0)]
    ),
    // The rise ends at step 0.5 * 300 - 1 = 149, the fall at 299.
    (
      "one-cycle:1,rise=0.5,divisor=10,end-divisor=10",
      [(-1, 0.1), (0, 0.1), (149, 1), (224, (1 + 0.01) / 2), (299, 0.01), (300, 0.01), (9999, 0.01)]
    ),
    // Up to step 240 by a factor of 16, down until step 270.
    (
      "exp-rise:0.8,0.8,end=0.9,divisor=16",
      [(-1, 0.05), (0, 0.05), (60, 0.1), (120, 0.2), (240, 0.8), (255, 0.4), (270, 0), (299, 0), (999, 0)]
    ),
    ("exp-rise:0.5", [(0, 0.02), (105, 0.1), (210, 0.5), (255, 0.25), (300, 0)]),
    (
      "triangular:0.1,0.5,10",
      [(-1, 0.1), (0, 0.1), (5, 0.3), (10, 0.5), (15, 0.3), (20, 0.1), (30, 0.5), (1010, 0.5)]
    ),
    (
      "triangular2:0.1,0.5,10", [(0, 0.1), (10, 0.5), (20, 0.1), (30, 0.3), (50, 0.2), (70, 0.15), (60, 0.1)]
    ),
    ("exp-range:0,1,2,0.5", [(0, 0), (1, 0.25), (2, 0.25), (3, 0.0625), (4, 0), (6, 1 / 64)]),
    // Periods begin at 0, 10, 30, 70, 150.
    (
      "sgdr:1,10,decay=0.5",
      [(-1, 1), (0, 1), (5, 0.5), (10, 0.5), (20, 0.25), (30, 0.25), (50, 0.125), (70, 0.125), (150, 0.0625)]
    ),
    ("sgdr:1,10,1,0.5,min=0.4", [(0, 1), (5, 0.7), (10, 0.5), (15, 0.45), (20, 0.4), (25, 0.4), (400, 0.4)]),
    // Eleven equal steps up to the first rate at step 10; the line then falls over the other 290.
    (
      "linear:0.29,warmup=10",
      [
        (-1, 0.29 / 11), (0, 0.29 / 11), (4, 0.29 * 5 / 11), (9, 0.29 * 10 / 11), (10, 0.29), (155, 0.145),
        (300, 0),
      ]
    ),
  ]

  @Test("Rates are those of the formulas", arguments: cases.indices)
  func byHand(index: Int) throws {
    let (text, rates) = Self.cases[index]
    let schedule = try ScheduleSpecification(parsing: text).schedule(totalSteps: 300)
    for (step, expected) in rates {
      let rate = schedule.learningRate(at: step)
      #expect(abs(rate - expected) < 1e-12, "\(text) at step \(step): \(rate), not \(expected)")
    }
  }

  @Test("Every kind gives finite rates of at least 0 at any step", arguments: cases.map(\.schedule))
  func anyStep(text: String) throws {
    for totalSteps in [12, 13, 300] {
      let schedule = try ScheduleSpecification(parsing: text).schedule(totalSteps: totalSteps)
      for step in [Int.min, -1, 0, 1, 11, 12, 13, 299, 300, 1 << 40, Int.max / 2, Int.max] {
        let rate = schedule.learningRate(at: step)
        #expect(rate >= 0 && rate.isFinite, "\(text) of \(totalSteps) steps at step \(step): \(rate)")
      }
    }
  }

  /// Numbers at which formulas overflow, underflow or divide by zero.
  static let extremes = [
    "0", "5e-324", "1e-308", "1e-30", "0.5", "1", "3", "1e30", "1e38", "9e307", "1.7e308", "9007199254740991",
  ]

  @Test(
    "Extreme numbers give finite rates of at least 0 at every step or are refused",
    arguments: ScheduleKind.allCases.filter { ![.image, .replay].contains($0) })
  func extremes(kind: ScheduleKind) throws {
    var given = 0
    for first in Self.extremes {
      for second in Self.extremes {
        for third in [nil] + Self.extremes.map(Optional.some) {
          let required = kind.parameters.count { $0.defaultValue == nil }
          let values =
            [first, second, third].compactMap(\.self).prefix(kind.parameters.count)
            + Array(repeating: "0.5", count: max(required - 3, 0))
          let text =
            kind == .piecewise
            ? "piecewise:\(first),\(second)@2" : kind.rawValue + ":" + values.joined(separator: ",")
          guard let specification = try? ScheduleSpecification(parsing: text) else { continue }
          for totalSteps in [1, 2, 7] {
            guard let schedule = try? specification.schedule(totalSteps: totalSteps) else { continue }
            given += 1
            for step in 0...8 {
              let rate = schedule.learningRate(at: step)
              #expect(rate >= 0 && rate.isFinite, "\(text) of \(totalSteps) at step \(step): \(rate)")
            }
          }
        }
      }
    }
    #expect(given > 0)
  }

  @Test("The share of a warm-up that rounds to no step in a short run leaves it out")
  func shortShare() throws {
    let schedule = try ScheduleSpecification(parsing: "linear:0.5,warmup=5%").schedule(totalSteps: 5)
    #expect(schedule.learningRate(at: 0) == 0.5)
  }

  @Test("A rise of less than one step begins at the maximum")
  func shortRise() throws {
    let schedule = try OneCycleSchedule(maximumLearningRate: 1, totalSteps: 2)
    #expect(schedule.learningRate(at: 0) == 1)
    #expect(abs(schedule.learningRate(at: 1) - 1 / 25e4) < 1e-18)
  }

  @Test("A warm-up may start at zero or at the full rate", arguments: [(0.0, 0.0, 0.05), (1.0, 0.1, 0.1)])
  func warmUpStart(factor: Double, first: Double, middle: Double) throws {
    let schedule = try WarmUpSchedule(
      base: ConstantSchedule(learningRate: 0.1), warmUpSteps: 4, startFactor: factor)
    #expect(schedule.learningRate(at: 0) == first)
    #expect(schedule.learningRate(at: 2) == middle)
    #expect(schedule.learningRate(at: 4) == 0.1)
  }

  @Test("Periods of SGDR have their starts and lengths")
  func periods() throws {
    let schedule = try CosineRestartsSchedule(maximumLearningRate: 1, firstPeriod: 10)
    for (step, expected) in [
      (0, (0, 0, 10)), (9, (0, 0, 10)), (10, (1, 10, 20)), (29, (1, 10, 20)), (30, (2, 30, 40)),
    ] {
      #expect(schedule.period(at: step) == expected)
    }
  }

  @Test("The paper's grid has its 48 schedules, each once, in the order of the three lists")
  func grid() throws {
    #expect(StepDecaySchedule.paperGrid.count == 48)
    #expect(Set(ScheduleSpecification.stepGrid.map(\.description)).count == 48)
    #expect(ScheduleSpecification.stepGrid.first?.description == "step:0.1,10,0.99")
    #expect(ScheduleSpecification.stepGrid.last?.description == "step:0.0001,100,0.88")
    for (schedule, text) in zip(StepDecaySchedule.paperGrid, ScheduleSpecification.stepGrid) {
      let parsed = try ScheduleSpecification(parsing: text.description)
      #expect(parsed == text)
      #expect(try parsed.schedule(totalSteps: 300) as? StepDecaySchedule == schedule)
    }
  }
}
