import Foundation
import Testing

@testable import Schedules

/// Every schedule that PyTorch has too, at every step (Scripts/fixtures/schedules.py).
@Suite("Schedules against PyTorch")
struct PyTorchTests {
  struct Entry: Decodable {
    let schedule: String
    let totalSteps: Int
    let rates: [Double]
  }

  @Test("Rates agree at every step")
  func agree() throws {
    let file = try #require(
      Bundle.module.url(forResource: "pytorch", withExtension: "json", subdirectory: "Fixtures"))
    let entries = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: file))
    #expect(entries.count >= 16)
    for entry in entries {
      let schedule = try ScheduleSpecification(parsing: entry.schedule).schedule(totalSteps: entry.totalSteps)
      #expect(entry.rates.count == entry.totalSteps)
      for (step, expected) in entry.rates.enumerated() {
        let rate = schedule.learningRate(at: step)
        #expect(
          abs(rate - expected) <= 1e-10 * expected + 1e-17,
          "\(entry.schedule) at step \(step): \(rate), PyTorch \(expected)")
      }
    }
  }
}
