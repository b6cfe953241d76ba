import Testing

@testable import Schedules

@Suite("Cosine schedule")
struct CosineScheduleTests {
  @Test(
    "Rates by hand at the start, a third, the middle, the end and past it",
    arguments: [(0, 0.1), (100, 0.0775), (150, 0.055), (300, 0.01), (5000, 0.01), (-3, 0.1)])
  func byHand(step: Int, expected: Double) throws {
    let schedule = try CosineSchedule(initialLearningRate: 0.1, finalLearningRate: 0.01, totalSteps: 300)
    #expect(abs(schedule.learningRate(at: step) - expected) < 1e-15)
  }

  @Test("Impossible numbers are refused by name")
  func impossible() {
    let error = #expect(throws: ScheduleError.self) {
      try CosineSchedule(initialLearningRate: -1, totalSteps: 5)
    }
    #expect(error?.description == "The initial rate is -1.0; give a positive number.")
    #expect(throws: ScheduleError.self) { try CosineSchedule(initialLearningRate: 1, totalSteps: 0) }
    #expect(throws: ScheduleError.self) {
      try CosineSchedule(initialLearningRate: 1, finalLearningRate: 2, totalSteps: 5)
    }
    #expect(throws: ScheduleError.self) { try CosineSchedule(initialLearningRate: .nan, totalSteps: 5) }
  }
}
