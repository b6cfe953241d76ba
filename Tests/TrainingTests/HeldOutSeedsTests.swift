import MetaLR
import Testing

@testable import Training

@Suite("Tests on held-out seeds")
struct HeldOutSeedsTests {
  @Test(
    "Each method runs from each initial rate on each seed, and the constant rate does what the recurrence says"
  )
  func methods() throws {
    let seeds = HeldOutSeeds.first(3)
    #expect(seeds == [0, 1, 2])
    let problem = SlopeTrainee.problem()
    let training = try ControllerTraining(configuration: TrainingJobTests.configuration())
    let test = HeldOutSeedsTest(problem: problem, seeds: seeds)
    let result = try test.run(
      training, on: TraineePool(workers: 2), shouldStop: { false }, onEvent: { _ in })
    let methods = try #require(result as? HeldOutSeedsTest.Result).methods
    #expect(
      methods.map(\.method)
        == ["controller", "untrained", "constant", "cosine", "controller", "untrained", "constant", "cosine"])
    #expect(methods.map(\.initialLearningRate) == [0.01, 0.01, 0.01, 0.01, 0.1, 0.1, 0.1, 0.1])
    #expect(methods.allSatisfy { $0.runs.map(\.seed) == seeds })
    for (seed, run) in zip(seeds, methods[6].runs) {
      // Eight steps at 0.1 from 1 + seed / 10.
      let x = (1 + Double(seed) / 10) * 0.43046721
      #expect(abs(run.test.loss - (0.1 + x * x / 2)) < 1e-12)
    }
    #expect(result.rows.map(\.method) == methods.map(\.method))
  }
}
