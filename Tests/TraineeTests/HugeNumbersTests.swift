import Foundation
import Testing

@testable import Trainee

@Suite("Numbers beyond 1e30 from a trainee are a diverged run")
struct HugeNumbersTests {
  private static let names = [
    "trainLoss", "validationLoss", "predictionVariance", "predictionChangeVariance", "weightMean",
    "weightVariance",
  ]

  private static func reading(_ name: String, _ value: String) throws -> TraineeMessage.Reading {
    let numbers = names.map { "\"\($0)\":\($0 == name ? value : "1")" }.joined(separator: ",")
    let text = "{\"step\":1,\"learningRate\":0.1,\(numbers)}"
    return try JSONDecoder().decode(TraineeMessage.Reading.self, from: Data(text.utf8))
  }

  private static func numbers(_ reading: TraineeMessage.Reading) -> [Double] {
    names.map { name in Measure(rawValue: name).flatMap { reading.measures[$0] } ?? .nan }
  }

  @Test("An observation with one has infinity there and is possible", arguments: ["1.1e30", "1e308"])
  func observations(value: String) throws {
    for (index, name) in Self.names.enumerated() {
      let reading = try Self.reading(name, value)
      #expect(reading.impossible == nil)
      for (place, number) in Self.numbers(reading).enumerated() {
        #expect(number == (place == index ? .infinity : 1))
      }
    }
    #expect(try Self.reading("weightMean", "-1e200").measures[.weightMean] == .infinity)
  }

  @Test("1e30 itself is kept, and a negative variance stays impossible")
  func bounds() throws {
    #expect(try Self.reading("weightVariance", "1e30").measures[.weightVariance] == 1e30)
    #expect(try Self.reading("weightVariance", "-1e31").impossible == "weightVariance of -1e+31")
  }

  @Test("The loss of an evaluation is infinite as well")
  func evaluations() throws {
    let text = Data("{\"loss\":1e308,\"accuracy\":0.5}".utf8)
    #expect(try JSONDecoder().decode(TraineeMessage.Scores.self, from: text).loss == .infinity)
  }
}
