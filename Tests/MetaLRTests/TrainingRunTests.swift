import Foundation
import Testing

@testable import MetaLR

@Suite("Training runs")
struct TrainingRunTests {
  @Test("A run observes at step 0, after every interval, and after the shorter last one")
  func steps() throws {
    var source = ConstantRate(0.05)
    let run = try TrainingRun(
      of: RegressionTrainee(), ratesFrom: &source, seed: 1, initialLearningRate: 0.01,
      plan: RunPlan(stepBudget: 25, interval: 10))
    #expect(run.observations.map(\.step) == [0, 10, 20, 25])
    #expect(run.observations.map(\.learningRate) == [0.01, 0.05, 0.05, 0.05])
    #expect(RunPlan(stepBudget: 25, interval: 10).decisions == 3)
  }

  @Test("The test is made with the weights of the best validation loss")
  func best() throws {
    var source = ConstantRate(0.3)
    let run = try TrainingRun(
      of: RegressionTrainee(), ratesFrom: &source, seed: 2, initialLearningRate: 0.3,
      plan: RunPlan(stepBudget: 200, interval: 5))
    // The regression's test loss is its validation loss.
    #expect(run.test.loss == run.best.validationLoss)
    #expect(run.best.validationLoss < run.final.validationLoss)
  }

  @Test("A run that diverges ends there, is marked, and is tested with finite weights")
  func divergence() throws {
    var source = ConstantRate(5)
    let run = try TrainingRun(
      of: RegressionTrainee(), ratesFrom: &source, seed: 3, initialLearningRate: 5,
      plan: RunPlan(stepBudget: 200, interval: 5))
    #expect(run.hasDiverged)
    #expect(run.final.step < 200)
    #expect(run.test.loss.isFinite)
  }

  @Test("A run that its guardian gives up ends there and is marked as one that diverged")
  func stopped() throws {
    struct GivesUp: RateSource {
      func learningRates(after observation: Observation, steps: Int) throws -> [Double] {
        guard observation.step < 30 else { throw RunStopped(step: observation.step) }
        return Array(repeating: 0.01, count: steps)
      }
    }
    var source = GivesUp()
    let run = try TrainingRun(
      of: RegressionTrainee(), ratesFrom: &source, seed: 4, initialLearningRate: 0.01,
      plan: RunPlan(stepBudget: 200, interval: 10))
    #expect(run.hasDiverged)
    #expect(run.observations.map(\.step) == [0, 10, 20, 30])
    #expect(run.test.loss.isFinite)
  }

  @Test("A source may send a failed run back to its best weights; the steps since then are spent")
  func goesBack() throws {
    struct FailsOnce: RateSource {
      func goesBack(after observation: Observation) -> Bool { observation.step == 40 }

      func learningRates(after observation: Observation, steps: Int) -> [Double] {
        Array(repeating: observation.step < 20 ? 0.05 : observation.step < 40 ? 5 : 0, count: steps)
      }
    }
    var source = FailsOnce()
    let run = try TrainingRun(
      of: RegressionTrainee(), ratesFrom: &source, seed: 5, initialLearningRate: 0.05,
      plan: RunPlan(stepBudget: 65, interval: 10, divergenceBound: 1e100))
    #expect(!run.hasDiverged)
    #expect(run.observations.map(\.step) == [0, 10, 20, 30, 40, 50, 60, 65])
    #expect(run.observations[4].validationLoss > 1e6)
    #expect(run.observations.suffix(3).allSatisfy { $0.validationLoss == run.best.validationLoss })
    #expect(run.best.step == 20 && run.test.loss == run.best.validationLoss)
  }

  @Test("Weights of a first reading that failed are not gone back to")
  func failsAtOnce() throws {
    struct FailsAtOnce: RateSource {
      func goesBack(after observation: Observation) -> Bool { observation.step == 10 }

      func learningRates(after observation: Observation, steps: Int) -> [Double] {
        Array(repeating: observation.step == 0 ? 5 : 0, count: steps)
      }
    }
    var source = FailsAtOnce()
    let run = try TrainingRun(
      of: RegressionTrainee(), ratesFrom: &source, seed: 6, initialLearningRate: 0.05,
      plan: RunPlan(stepBudget: 30, interval: 10, divergenceBound: 1e100))
    let losses = run.observations.map(\.validationLoss)
    #expect(losses[1] > 1e6 && losses[2] == losses[0] && losses[3] == losses[0])
  }

  @Test("A guarded run goes on from its best weights after a failure, where an unguarded one ends")
  func guardedRunRecovers() throws {
    let plan = RunPlan(stepBudget: 300, interval: 10)
    let guarded = try GuardianTests.guarded()
    var bare = guarded.controller.session()
    let unguarded = try TrainingRun(
      of: RegressionTrainee(), ratesFrom: &bare, seed: 3, initialLearningRate: 0.3, plan: plan)
    #expect(unguarded.hasDiverged)
    var session = GuardedSession(guarded)
    let run = try TrainingRun(
      of: RegressionTrainee(), ratesFrom: &session, seed: 3, initialLearningRate: 0.3, plan: plan)
    #expect(!run.hasDiverged && run.final.step == 300)
    #expect(session.decisions.contains { $0.verdict == .rollback })
    #expect(run.final.validationLoss < unguarded.best.validationLoss)
  }

  @Test("A pool gives results in order, whatever the number of workers, and the first error")
  func pool() throws {
    for workers in [1, 2, 5] {
      let pool = TraineePool(workers: workers) { RegressionTrainee() }
      let losses = try pool.run(count: 9) { index, trainee in
        try trainee.reset(seed: UInt64(index), stepBudget: 1, learningRate: 1).validationLoss
      }
      let expected = try (0..<9).map {
        try RegressionTrainee().reset(seed: $0, stepBudget: 1, learningRate: 1).validationLoss
      }
      #expect(losses == expected)
      #expect(throws: ConfigurationError(name: "job", value: "3", expected: "another")) {
        try pool.run(count: 5) { index, _ in
          if index == 3 { throw ConfigurationError(name: "job", value: "3", expected: "another") }
          return index
        }
      }
      #expect(try pool.run(count: 0) { index, _ in index }.isEmpty)
    }
  }
}
