import Foundation
import Testing

@testable import Schedules

@Suite("Files of schedules")
struct ScheduleFileErrorTests {
  @Test("An error about a file says which one", arguments: ["replay:", "image:"])
  func named(prefix: String) throws {
    let damaged = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID())").path
    try Data("nonsense".utf8).write(to: URL(fileURLWithPath: damaged))
    defer { try? FileManager.default.removeItem(atPath: damaged) }
    for path in [damaged, damaged + "-missing"] {
      let error = #expect(throws: ScheduleError.self) {
        try ScheduleSpecification(parsing: prefix + path).schedule(totalSteps: 10)
      }
      #expect(error?.file == path)
    }
  }

  @Test("An error about a number names no file")
  func number() throws {
    let error = #expect(throws: ScheduleError.self) {
      try ScheduleSpecification(parsing: "cosine:-1").schedule(totalSteps: 10)
    }
    #expect(error?.file == nil)
  }
}
