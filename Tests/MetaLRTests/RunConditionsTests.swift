import Foundation
import Randomness
import Testing

@testable import MetaLR

@Suite("What is known of the beginning of runs")
struct RunConditionsTests {
  /// Remembers what it was told.
  private struct Listener: RateSource {
    var told: [Observation] = []
    var looked = 0

    mutating func learningRates(after observation: Observation, steps: Int) -> [Double] {
      told.append(observation)
      return Array(repeating: 0.1, count: steps)
    }

    mutating func firstLearningRate(
      after observation: Observation, look: (Double) throws -> Observation?
    ) throws -> Double {
      told.append(observation)
      if let seen = try look(0.2) { told.append(seen) }
      looked += 1
      return 0.3
    }
  }

  private static let whole = Observation(
    step: 0, stepBudget: 10, learningRate: 0.05,
    measures: MeasureValues([.trainLoss: 2, .validationLoss: 3, .gradientNorm: 4]))

  @Test("A source is told no measure that its conditions keep from it, at a look too")
  func absent() throws {
    var source = ConditionedSource(Listener(), under: RunConditions(absent: [.validationLoss, .batchSize]))
    #expect(try source.firstLearningRate(after: Self.whole) { _ in Self.whole } == 0.3)
    #expect(try source.learningRates(after: Self.whole, steps: 2) == [0.1, 0.1])
    #expect(
      source.source.told.map(\.measures.measures) == Array(repeating: [.trainLoss, .gradientNorm], count: 3))
  }

  @Test("A source that may not look keeps the rate that the run was given")
  func noLooks() throws {
    var source = ConditionedSource(Listener(), under: RunConditions(looks: false))
    #expect(try source.firstLearningRate(after: Self.whole) { _ in Self.whole } == 0.05)
    #expect(source.source.looked == 0)
    var free = ConditionedSource(Listener(), under: nil)
    #expect(try free.firstLearningRate(after: Self.whole) { _ in Self.whole } == 0.3)
    #expect(free.source.told[0] == Self.whole)
  }

  @Test("Episodes begin where the conditions of their problem say, and look only where they allow it")
  func episodes() throws {
    var configuration = ControllerTrainingTests.configuration()
    configuration.groupSize = 4
    configuration.initialRateDecades = -3 ... -2
    configuration.absence = 1
    var problem = try ControllerTrainingTests.problems().problem(0, seed: 0)
    problem.usualLearningRate = 0.01
    problem.conditions = RunConditions(initialRateDecades: 0.5...1, looks: false)
    let starts = try EpisodeStart.starts(0..<200, of: configuration, problems: ProblemList([problem]))
    // 10^0.5 to 10^1 times 0.01.
    #expect(starts.allSatisfy { (0.0316...0.1).contains($0.initialLearningRate) })
    #expect(Set(starts.map(\.initialLearningRate)).count == 50)
    #expect(starts.allSatisfy { $0.hidden.isEmpty && !$0.looks })
    problem.conditions = nil
    let free = try EpisodeStart.starts(0..<200, of: configuration, problems: ProblemList([problem]))
    #expect(free.allSatisfy { $0.initialLearningRate < 0.0001001 })
    #expect(free.contains { !$0.hidden.isEmpty } && free.contains(where: \.looks))
    // Conditions leave the seeds of runs as they are.
    #expect(free.map(\.seed) == starts.map(\.seed))
  }

  @Test("Equal served runs are equal in JSON, and hold facts alone")
  func servedRun() throws {
    let run = ServedRun(
      totalSteps: 100, interval: 7, initialLearningRate: 0.1, looks: false,
      facts: [.momentum: 0.9, .batchSize: 16, .classCount: .nan, .gradientNorm: 5],
      absent: [.validationLoss, .trainLoss, .gradientCosine])
    #expect(run[.batchSize] == 16 && run[.classCount] == nil && run[.gradientNorm] == nil)
    #expect(run.absent == [.validationLoss, .gradientCosine])
    // Steps 0, 7, ..., 98.
    #expect(run.decisions == 15)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(run), as: UTF8.self)
    #expect(
      text == #"{"absent":["validationLoss","gradientCosine"],"facts":{"batchSize":16,"momentum":0.9},"#
        + #""initialLearningRate":0.1,"interval":7,"looks":false,"totalSteps":100}"#)
    #expect(try JSONDecoder().decode(ServedRun.self, from: Data(text.utf8)) == run)
  }
}
