import BuiltInTrainees
import Foundation
import NeuralNet
import Testing

@Suite("Trainees of drawn problems")
struct DrawnTraineeTests {
  static func data(
    _ seed: UInt64 = 5, optimizer: Optimizer.Configuration = .adam(), family: DrawnFamily = .rings,
    averaging: WeightAveraging = .none
  ) -> DrawnData {
    DrawnData(
      DrawnProblem(
        seed: seed, family: family, inputs: 12, classes: family.isRegression ? 0 : 4, trainCount: 300,
        validationCount: 64, testCount: 128, network: DrawnNetwork(layers: 2, width: 24, activation: .tanh),
        optimizer: optimizer, batchSize: 32, stepBudget: 60, averaging: averaging))
  }

  @Test(
    "The same seed gives the same run, whatever ran before, and a snapshot goes on with the same bits",
    arguments: [Optimizer.Configuration.adam(), .momentum(), .scheduleFreeAdamW()])
  func repeats(optimizer: Optimizer.Configuration) throws {
    let trainee = DrawnTrainee(Self.data(optimizer: optimizer))
    func run(_ seed: UInt64) -> [Observation] {
      [trainee.reset(seed: seed, stepBudget: 60, learningRate: 0.01)]
        + (0..<3).map { _ in trainee.train(learningRates: Array(repeating: 0.01, count: 5)) }
    }
    let first = run(1)
    let snapshot = trainee.snapshot()
    let next = trainee.train(learningRates: [0.02, 0.01])
    let evaluation = trainee.evaluate()
    _ = trainee.train(learningRates: [1])
    try trainee.restore(snapshot)
    #expect(trainee.train(learningRates: [0.02, 0.01]) == next)
    #expect(trainee.evaluate() == evaluation)
    #expect(run(2) != first)
    trainee.use(Self.data(9))
    _ = run(1)
    trainee.use(Self.data(optimizer: optimizer))
    #expect(run(1) == first)
    #expect(throws: TraineeError.self) { try trainee.restore(snapshot) }
  }

  @Test(
    "An average of the weights is a second candidate, which a snapshot holds, and training goes on as without"
  )
  func averages() throws {
    let (plain, averaged) = (DrawnTrainee(Self.data()), DrawnTrainee(Self.data(averaging: .ema(0.9))))
    let rates = [0.05]
    func start(_ trainee: DrawnTrainee) -> Observation {
      trainee.reset(seed: 1, stepBudget: 60, learningRate: 0.05)
    }
    #expect(start(plain)[.averagesWeights] == 0 && start(averaged)[.averagesWeights] == 1)
    var uses = 0
    for _ in 0..<50 where uses < 3 {
      let (one, other) = (plain.train(learningRates: rates), averaged.train(learningRates: rates))
      #expect(one.trainLoss == other.trainLoss && one.validationLoss >= other.validationLoss)
      if one.validationLoss > other.validationLoss { uses += 1 }
    }
    // The last reading was better at the average.
    #expect(uses == 3 && plain.evaluate() != averaged.evaluate())
    let snapshot = averaged.snapshot()
    let (next, evaluation) = (averaged.train(learningRates: rates), averaged.evaluate())
    _ = averaged.train(learningRates: rates)
    try averaged.restore(snapshot)
    #expect(averaged.train(learningRates: rates) == next && averaged.evaluate() == evaluation)
  }

  @Test("Layerwise DoG has a distance for each layer")
  func layers() {
    let runs = [Optimizer.Configuration.ldog(), .dog()].map { optimizer in
      let trainee = DrawnTrainee(Self.data(optimizer: optimizer))
      _ = trainee.reset(seed: 1, stepBudget: 60, learningRate: 1)
      return trainee.train(learningRates: Array(repeating: 1, count: 20))
    }
    #expect(runs[0] != runs[1])
  }

  @Test("A look leaves no trace, and tells what a step would do")
  func looks() throws {
    let trainee = DrawnTrainee(Self.data())
    func run(looking: Bool) throws -> [Observation] {
      var all = [trainee.reset(seed: 1, stepBudget: 60, learningRate: 0.01)]
      if looking {
        let small = try #require(trainee.look(learningRate: 1e-4))
        let large = try #require(trainee.look(learningRate: 100))
        #expect(small[.lossBeforeTrial] == large[.lossBeforeTrial])
        let before = try #require(small[.lossBeforeTrial])
        let promised = try #require(small[.predictedDecrease])
        // A small step does what the gradient promises.
        #expect(abs((before - small.trainLoss) / promised - 1) < 0.1)
        #expect(large.trainLoss > before)
        #expect(small[.gradientNorm] == large[.gradientNorm] && small[.gradientCosine] == nil)
        let cosine = try #require(small[.halfBatchCosine])
        #expect((-1...1).contains(cosine))
      }
      all += (0..<3).map { _ in trainee.train(learningRates: [0.01, 0.01]) }
      return all
    }
    #expect(try run(looking: true) == run(looking: false))
  }

  @Test("Measures of steps are what their documentation says")
  func measures() throws {
    // Gradient descent: the update is the gradient times the rate.
    let trainee = DrawnTrainee(Self.data(optimizer: .sgd))
    let start = trainee.reset(seed: 3, stepBudget: 60, learningRate: 0.1)
    #expect(start[.gradientNorm] == nil && start[.predictionChangeVariance] == 0)
    let one = trainee.train(learningRates: [0.1])
    let (gradient, update) = try (#require(one[.gradientNorm]), #require(one[.updateNorm]))
    #expect(abs(update / (0.1 * gradient) - 1) < 1e-4)
    #expect(abs(try #require(one[.predictedDecrease]) / (0.1 * gradient * gradient) - 1) < 1e-4)
    #expect(abs(try #require(one[.intervalDistance]) / update - 1) < 1e-4)
    #expect(one[.initialDistance] == one[.intervalDistance])
    #expect(one[.trainLossDeviation] == 0 && one[.gradientCosine] == nil)
    let two = trainee.train(learningRates: [0.1, 0.1])
    let cosine = try #require(two[.gradientCosine])
    #expect((-1...1).contains(cosine))
    #expect(abs(cosine - (try #require(two[.updateCosine]))) < 1e-4)
    #expect(two[.chanceLoss] == log(4) && two[.classCount] == 4 && two[.batchSize] == 32)
  }

  @Test("A diverged run says so and goes on without computing; the next one is as ever")
  func divergence() {
    let trainee = DrawnTrainee(Self.data(optimizer: .sgd, family: .linearRegression))
    let first = trainee.reset(seed: 3, stepBudget: 60, learningRate: 0.1)
    for _ in 0..<3 { _ = trainee.train(learningRates: Array(repeating: 1e9, count: 10)) }
    let last = trainee.train(learningRates: [0.1])
    #expect(last.step == 31 && !last.isFinite)
    #expect(trainee.reset(seed: 3, stepBudget: 60, learningRate: 0.1) == first)
    #expect((0...1).contains(trainee.evaluate().accuracy))
  }

  @Test("A drawn problem is learned", arguments: [DrawnFamily.rings, .linearRegression, .gaussianMixture])
  func learns(family: DrawnFamily) {
    let trainee = DrawnTrainee(Self.data(family: family))
    let start = trainee.reset(seed: 1, stepBudget: 300, learningRate: 0.01)
    let end = trainee.train(learningRates: Array(repeating: 0.01, count: 300))
    #expect(end.validationLoss < 0.8 * start.validationLoss)
    #expect(trainee.evaluate().accuracy > 0.3)
  }

  @Test("Batch norm and dropout: the same bits from a snapshot, looks without a trace, and it learns")
  func regularized() throws {
    var problem = Self.data().problem
    problem.family = .pictures
    problem.inputs = 25
    problem.network = DrawnNetwork(layers: 2, width: 24, convolutions: 1, batchNorm: true, dropout: 0.2)
    let trainee = DrawnTrainee(DrawnData(problem))
    let start = trainee.reset(seed: 1, stepBudget: 300, learningRate: 0.01)
    _ = trainee.look(learningRate: 0.1)
    let looked = trainee.train(learningRates: Array(repeating: 0.01, count: 10))
    _ = trainee.reset(seed: 1, stepBudget: 300, learningRate: 0.01)
    #expect(trainee.train(learningRates: Array(repeating: 0.01, count: 10)) == looked)
    let snapshot = trainee.snapshot()
    let next = trainee.train(learningRates: Array(repeating: 0.01, count: 290))
    try trainee.restore(snapshot)
    #expect(trainee.train(learningRates: Array(repeating: 0.01, count: 290)) == next)
    #expect(next.validationLoss < 0.7 * start.validationLoss)
  }
}
