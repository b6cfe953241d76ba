import BuiltInTrainees
import Experiments
import Foundation
import MetaLR
import Testing

@testable import Training

@Suite("Problems like the runs of a service")
struct ServedRunProblemsTests {
  /// A run of plain SGD on a small regression, from a tenth of the usual rate.
  static func run(
    totalSteps: Int = 600, interval: Int = 20, batch: Double = 10, parameters: Double = 1_300,
    absent: Set<Measure> = [.validationLoss], looks: Bool = false
  ) -> ServedRun {
    ServedRun(
      totalSteps: totalSteps, interval: interval, initialLearningRate: 0.01, looks: looks,
      facts: [
        .batchSize: batch, .parameterCount: parameters, .exampleCount: 900, .classCount: 0, .isAdaptive: 0,
        .momentum: 0, .averagesWeights: 0, .usualLearningRate: 0.1,
      ], absent: absent)
  }

  @Test("A range has the run's sizes, optimizer and average, and else what is usual")
  func range() throws {
    let usual = DrawnRange.universal
    let range = DrawnRange(like: Self.run(), within: usual, optimizer: nil)
    #expect(range.budgets == 600...600 && range.batchSizes == [10] && range.trainCounts == 900...900)
    #expect(range.optimizer == .sgd && range.averaging == 0)
    // √(400 + 1300) - 20 is 21.2, by ratio nearest to 16.
    #expect(range.widths == [16])
    #expect(range.convolutions == 0 && range.images == 0, "a regression has no pictures")
    #expect(range.layers == usual.layers && range.initialScales == usual.initialScales)
    try range.validate()
    let silent = ServedRun(totalSteps: 600, interval: 20, initialLearningRate: 0.01)
    var expected = usual
    (expected.budgets, expected.operations, expected.reach) = (600...600, 1e9, 1)
    // 512 x 600 examples of the cheapest kind are above the cap.
    expected.batchSizes = [4, 8, 16, 32, 64, 128, 256]
    #expect(DrawnRange(like: silent, within: usual, optimizer: nil) == expected)
    #expect(DrawnRange(like: silent, within: usual, optimizer: .adam()).optimizer == .adam())
  }

  @Test(
    "Whatever a run says, problems like it can be sampled, and cost no more than the cap",
    arguments: [
      (1_000_000_000_000, 1e30, 1e30), (1, 0, 0), (2_000, 512, 2.5e7), (50, 512, 1e6), (5_000, 64, 60_000),
      (700, 1, 10),
    ] as [(Int, Double, Double)])
  func bounds(steps: Int, batch: Double, parameters: Double) throws {
    let run = Self.run(totalSteps: steps, interval: 1, batch: batch, parameters: parameters)
    let range = DrawnRange(like: run, within: .universal, optimizer: nil)
    try range.validate()
    #expect(50...2_000 ~= range.budgets.lowerBound && 4...512 ~= range.batchSizes[0])
    for seed in 0..<20 as Range<UInt64> {
      #expect(DrawnProblem.sampled(seed: seed, from: range).operations <= 1e9)
    }
  }

  @Test("Problems have the run's kind, length, decisions and conditions")
  func conditions() throws {
    let problems = ServedRunProblems(runs: [Self.run()])
    for index in 0..<30 {
      let problem = problems.problem(index, seed: 3)
      let description = problem.description
      #expect(description.batchSize == 10 && description.optimizer == "sgd")
      #expect(description.dataset.contains("egression"), "\(description.dataset)")
      #expect(problem.plan.stepBudget == 600 && problem.plan.decisions == 30)
      let conditions = try #require(problem.conditions)
      #expect(conditions.absent == [.validationLoss] && !conditions.looks)
      let decades = try #require(conditions.initialRateDecades)
      #expect(abs(decades.lowerBound + 1.25) < 1e-9 && abs(decades.upperBound + 0.75) < 1e-9)
    }
  }

  @Test("Every run has its turn, and the same number is the same problem")
  func sampling() {
    let runs = (1...4).map { Self.run(totalSteps: 100 * $0) }
    let problems = ServedRunProblems(runs: runs)
    let descriptions = (0..<60).map { problems.problem($0, seed: 5).description }
    #expect(Set(descriptions.map(\.plan?.stepBudget)) == [100, 200, 300, 400])
    #expect((0..<60).map { problems.problem($0, seed: 5).description } == descriptions)
    #expect((0..<60).map { problems.problem($0, seed: 6).description } != descriptions)
    #expect(problems.description == ServedRunProblems(runs: runs).description)
    #expect(problems.description != ServedRunProblems(runs: Array(runs.dropLast())).description)
  }

  @Test("Held-out problems take the runs in turn, and their seeds are none of a suite's")
  func heldOut() throws {
    let runs = (1...4).map { Self.run(totalSteps: 100 * $0) }
    let held = ServedRunProblems(runs: runs).heldOut(count: 8)
    #expect(held.map(\.plan.stepBudget) == [100, 200, 300, 400, 100, 200, 300, 400])
    let seeds = held.compactMap { $0.description.dataset.split(separator: " ").last.flatMap { UInt64($0) } }
    #expect(Set(seeds).count == 8 && seeds.allSatisfy { (5_000_000..<5_000_512).contains($0) }, "\(seeds)")
  }

  @Test("Two distributions take turns, and a card tells of both")
  func mixed() throws {
    let (first, second) = (ProblemList([SlopeTrainee.problem("a")]), ProblemList([SlopeTrainee.problem("b")]))
    let mixed = MixedProblems(first, second)
    #expect(try (0..<4).map { try mixed.problem($0, seed: 0).description.dataset } == ["a", "b", "a", "b"])
    let served = MixedProblems(try DrawnProblems(.universal), ServedRunProblems(runs: [Self.run()]))
    let settings = served.description.settings
    #expect(settings.first?.name == "families" && settings.last?.name == "every other: like served runs")
    #expect(served.cycle == 1)
  }
}
