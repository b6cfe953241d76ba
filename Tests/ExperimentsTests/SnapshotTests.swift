import BuiltInTrainees
import Foundation
import MetaLR
import Schedules
import Testing

@testable import Experiments

@Suite("Snapshot ensembles")
struct SnapshotTests {
  @Test("Probabilities are averaged, and loss and accuracy are those of the mean")
  func averaging() {
    var ensemble = SnapshotEnsemble()
    ensemble.add(step: 10, probabilities: [0.8, 0.2, 0.6, 0.4], labels: [0, 1])
    ensemble.add(step: 20, probabilities: [0.4, 0.6, 0.2, 0.8], labels: [0, 1])
    let (first, second) = (ensemble.members[0], ensemble.members[1])
    #expect(abs(first.alone.loss - -(log(0.8) + log(0.4)) / 2) < 1e-6 && first.alone.accuracy == 0.5)
    #expect(first.together == first.alone)
    #expect(abs(second.together.loss - -log(0.6)) < 1e-6 && second.together.accuracy == 1)
    #expect(second.alone.accuracy == 0.5)
  }

  @Test(
    "A run with snapshots ends with the weights of the run without, one snapshot at the end of each cycle")
  func run() throws {
    let data = try smallShapes(train: 60, test: 30)
    var configuration = ImageClassifier.Configuration()
    configuration.batchSize = 20
    let schedule = try CosineRestartsSchedule(maximumLearningRate: 0.01, firstPeriod: 5, periodMultiplier: 1)
    let plan = RunPlan(stepBudget: 12, interval: 4)
    let (plain, watched) = (
      try ImageClassifier(data: data, configuration: configuration),
      try ImageClassifier(data: data, configuration: configuration)
    )
    var weights: [Int: [Float]] = [:]
    let taker = SnapshotTaker(watched, schedule: schedule) { classifier, step in
      weights[step] = classifier.weights.flatMap(\.values)
    }
    var source = ScheduleSource(schedule)
    let alone = try TrainingRun(of: plain, ratesFrom: &source, seed: 2, initialLearningRate: 0.01, plan: plan)
    let taken = try TrainingRun(of: taker, ratesFrom: &source, seed: 2, initialLearningRate: 0.01, plan: plan)
    #expect(taken.test == alone.test)
    #expect(taken.final.validationLoss == alone.final.validationLoss)
    #expect(taker.ensemble.members.map(\.step) == [5, 10, 12])
    #expect(weights.keys.sorted() == [5, 10, 12] && weights[5] != weights[10])
    let last = try #require(taker.ensemble.members.last)
    #expect(last.alone != last.together)
  }

  @Test("Cycles of triangles end at their feet, those of SGDR where the rate jumps up")
  func cycles() throws {
    let triangle = try CyclicalSchedule(minimumLearningRate: 0, maximumLearningRate: 1, halfCycleSteps: 3)
    #expect([0, 5, 6, 11].map(triangle.cycleEnd) == [6, 6, 12, 12])
    let sgdr = try CosineRestartsSchedule(maximumLearningRate: 1, firstPeriod: 4)
    #expect([0, 3, 4, 11, 12].map(sgdr.cycleEnd) == [4, 4, 12, 12, 28])
  }
}
