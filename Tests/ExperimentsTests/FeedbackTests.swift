import BuiltInTrainees
import Foundation
import MetaLR
import Schedules
import Testing

@testable import Experiments

@Suite("Feedback methods")
struct FeedbackTests {
  /// PyTorch's ReduceLROnPlateau (Scripts/fixtures/plateau.py).
  struct Reference: Decodable {
    struct Case: Decodable {
      let factor, threshold: Double
      let patience, cooldown: Int
      let min_lr: Double
      let losses, rates: [Double]
    }

    let cases: [Case]
  }

  static func observation(step: Int, loss: Double) -> Observation {
    Observation(
      step: step, stepBudget: 1000, trainLoss: loss, validationLoss: loss, predictionVariance: 1,
      predictionChangeVariance: 1, weightMean: 0, weightVariance: 1, learningRate: 0.1)
  }

  @Test("plateau has the rates of PyTorch's scheduler at every reading")
  func plateau() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/plateau", withExtension: "json"))
    for example in try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url)).cases {
      var configuration = PlateauSource.Configuration(initialLearningRate: 0.1)
      (configuration.factor, configuration.threshold) = (example.factor, example.threshold)
      (configuration.patience, configuration.cooldown) = (example.patience, example.cooldown)
      configuration.lowest = example.min_lr
      var source = try PlateauSource(configuration)
      #expect(
        source.learningRates(after: Self.observation(step: 0, loss: 9), steps: 10)
          == Array(repeating: 0.1, count: 10))
      #expect(Set(example.rates).count > 1)
      for (index, (loss, rate)) in zip(example.losses, example.rates).enumerated() {
        let answer = source.learningRates(
          after: Self.observation(step: 10 * (index + 1), loss: loss), steps: 1)
        #expect(abs(answer[0] / rate - 1) < 1e-12)
      }
    }
  }

  @Test("plateau warms up like every other schedule, and readings up to there do not count")
  func warmUp() throws {
    let method = try Method(parsing: "plateau:0.4,patience=0,warmup=3")
    var source = try method.makeSource(0, 100)
    let rates = try source.learningRates(after: Self.observation(step: 0, loss: 1), steps: 5)
    for (rate, expected) in zip(rates, [0.1, 0.2, 0.3, 0.4, 0.4]) { #expect(abs(rate - expected) < 1e-12) }
    #expect(try method.ownInitialRate?(100) == 0.1)
    #expect(try source.learningRates(after: Self.observation(step: 3, loss: 9), steps: 1) == [0.4])
  }

  @Test("GreedyLR raises the rate where the loss fell, lowers it elsewhere, and stays within a decade")
  func greedy() {
    var source = GreedySource(initialLearningRate: 0.1)
    let losses: [(Double, rate: Double)] = [
      (9, 0.1), (5, 0.1), (4, 0.1 / 0.9), (4, 0.1), (6, 0.09), (.nan, 0.081), (3, 0.0729),
    ]
    for (index, (loss, rate)) in losses.enumerated() {
      let rates = source.learningRates(after: Self.observation(step: 10 * index, loss: loss), steps: 2)
      #expect(rates.count == 2 && rates.allSatisfy { abs($0 / rate - 1) < 1e-12 }, "\(index)")
    }
    for step in 10..<60 {
      _ = source.learningRates(after: Self.observation(step: step, loss: Double(step)), steps: 1)
    }
    #expect(
      abs(source.learningRates(after: Self.observation(step: 60, loss: 99), steps: 1)[0] - 0.01) < 1e-12)
  }

  @Test("A hypergradient moves the rate by beta times the product of gradient and last direction")
  func hypergradient() throws {
    let data = try smallShapes(train: 40)
    var configuration = ImageClassifier.Configuration()
    (configuration.batchSize, configuration.optimizer) = (40, .sgd)
    let (plain, moved) = (
      try ImageClassifier(data: data, configuration: configuration),
      try ImageClassifier(data: data, configuration: configuration)
    )
    moved.use(.hypergradient(moved.ownOptimizer, beta: 0.01))
    _ = plain.reset(seed: 1, stepBudget: 3, learningRate: 0.05)
    _ = moved.reset(seed: 1, stepBudget: 3, learningRate: 0.05)
    #expect(moved.train(learningRates: [0.05]).learningRate == 0.05)
    _ = plain.train(learningRates: [0.05])
    // Plain gradient descent: the direction is the gradient itself, which the network still holds.
    let first = Array(plain.network.gradient.elements)
    _ = plain.train(learningRates: [0.05])
    let second = Array(plain.network.gradient.elements)
    var product = 0.0
    for (one, other) in zip(first, second) { product += Double(one) * Double(other) }
    let rate = moved.train(learningRates: [0.05]).learningRate
    #expect(abs(rate - (0.05 + 0.01 * product)) < 1e-4 * abs(0.01 * product))
    #expect(product != 0)
    _ = moved.reset(seed: 1, stepBudget: 3, learningRate: 0.02)
    #expect(moved.train(learningRates: [0.02]).learningRate == 0.02)
  }

  @Test(
    "With beta 0 a hypergradient run has the bits of a constant one; the next method's runs are plain again")
  func methods() throws {
    let data = try smallShapes(train: 60)
    var configuration = ImageClassifier.Configuration()
    configuration.batchSize = 20
    let pool = TraineePool(workers: 1) { [configuration] in
      try ImageClassifier(data: data, configuration: configuration)
    }
    let methods = try ["hypergradient:0.01,0", "constant:0.01", "hypergradient:0.01,1e-4", "constant:0.010"]
      .map(
        Method.init(parsing:))
    let comparison = try Comparison(
      contenders: methods.map { Contender($0) }, initialLearningRates: [0.01], seeds: [0], searchSeeds: [9],
      plan: RunPlan(stepBudget: 12, interval: 4))
    let losses = try comparison.run(on: pool, task: "", journal: nil).map(\.runs.finalValidationLosses)
    #expect(losses[0] == losses[1] && losses[1] == losses[3])
    #expect(losses[2] != losses[1])
  }

  @Test(
    "Wrong numbers are refused, and the error shows how it is written",
    arguments: [
      ("plateau", "The rate is missing"), ("plateau:x", "is not a number"),
      ("plateau:0.1,2", "the factor is 2"),
      ("plateau:0.1,speed=2", "one number too many"), ("plateau:0.1,patience=1.5", "give a whole number"),
      ("hypergradient:-1", "give a positive rate"), ("hypergradient:1e308", "give a positive rate"),
      ("plateau:1e308", "the rate is 1e+308"),
      ("plateaus:1", "There is no schedule 'plateaus'"), ("plateaus:1", "replay, plateau, hypergradient."),
    ])
  func refused(text: String, reason: String) {
    let error = #expect(throws: ScheduleError.self) { try Method(parsing: text) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }
}
