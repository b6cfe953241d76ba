import Foundation
import Randomness
import Testing

@testable import MetaLR

@Suite("Controller")
struct ControllerTests {
  let observation = Observation(
    step: 20, stepBudget: 100, trainLoss: 1, validationLoss: exp(1), predictionVariance: 0,
    predictionChangeVariance: 1e-3, weightMean: -0.5, weightVariance: 0.25, learningRate: 0.001)

  @Test("Features are logarithms, but for the weights' mean and the progress")
  func features() {
    var history = RunHistory()
    history.add(observation)
    let values = FeatureList.extended.values(of: history)
    let expected = [0, 1, log(1e-12), log(1e-3), -0.5, log(0.25), log(0.001), 0.2].map { Optional(Float($0)) }
    #expect(values == expected)
    #expect(FeatureList.paper.values(of: history) == Array(expected.dropLast()))
  }

  @Test(
    "An action scales the rate by at most exp(0.3) and stays within the bounds",
    arguments: [
      (0.01, 0, 0.01), (0.01, 1, 0.01 * exp(0.3)), (0.01, 25, 0.01 * exp(0.3)),
      (0.01, -0.5, 0.01 * exp(-0.15)),
      (0.9, 1, 1), (1.1e-6, -1, 1e-6), (0.01, .nan, 0.01), (0.01, .infinity, 0.01),
    ])
  func action(rate: Double, action: Double, expected: Double) {
    #expect(abs(LearningRateAction().nextRate(from: rate, action: action) - expected) < 1e-15)
  }

  @Test("A step up and a step down undo each other")
  func undo() {
    let action = LearningRateAction()
    let there = action.nextRate(from: 0.02, action: 0.7)
    #expect(abs(action.nextRate(from: there, action: -0.7) - 0.02) < 1e-16)
  }

  @Test("An observation that is not finite leaves the rate as it is")
  func nonFinite() throws {
    let training = try ControllerTraining(configuration: .init())
    var session = training.controller.session()
    var bad = observation
    bad.trainLoss = .nan
    #expect(session.nextLearningRate(after: bad) == 0.001)
    #expect(session.learningRates(after: bad, steps: 3) == [0.001, 0.001, 0.001])
  }

  @Test("A rescaled controller answers to ten times the rate with ten times the rate")
  func rescaling() throws {
    let controller = try ControllerTraining(configuration: .init()).controller
    var statistics = RunningStatistics(size: controller.features.count)
    for scale: Float in [0.5, 1, 2] {
      statistics.add(controller.features.names.indices.map { scale * Float($0 - 3) })
    }
    let trained = Controller(
      features: controller.features, action: controller.action,
      normalizer: ObservationNormalizer(statistics: statistics, clip: 10), policy: controller.policy)
    var high = observation
    high.learningRate *= 10
    var (session, rescaled) = (trained.session(), try trained.rescaled(by: 10).session())
    let rate = session.nextLearningRate(after: observation)
    #expect(rate != observation.learningRate)
    #expect(abs(rescaled.nextLearningRate(after: high) / rate - 10) < 1e-5)
    // The bounds move along.
    high.learningRate = 20
    #expect(rescaled.nextLearningRate(after: high) == 10)
    for factor in [0, -1, .infinity, .nan] {
      #expect(throws: ConfigurationError.self) { try trained.rescaled(by: factor) }
    }
    var universal = ControllerTraining.Configuration()
    universal.features = .universal
    let relative = try ControllerTraining(configuration: universal).controller
    let error = #expect(throws: ConfigurationError.self) { try relative.rescaled(by: 10) }
    #expect(error?.description.contains("relative to the optimizer's usual one") == true)
  }

  @Test("A rate that falls is the rate without a fall times a straight line to 0 over the end of the run")
  func fall() throws {
    var configuration = ControllerTraining.Configuration()
    configuration.features = .universal
    // Exploration without noise decides as the controller does.
    configuration.initialLogDeviation = -10
    let level = try ControllerTraining(configuration: configuration).controller
    configuration.action.fall = 0.5
    let falling = try ControllerTraining(configuration: configuration).controller
    func reading(_ step: Int, _ rate: Double) -> Observation {
      var reading = observation
      (reading.step, reading.learningRate) = (step, rate)
      return reading
    }
    // The factor of each interval's middle; nobody knows how long the first is.
    let factors = [1, 1, 1, 1, 1, 0.9, 0.7, 0.5, 0.3, 0.1]
    let cases: [(Set<FeatureGroup>, [Double])] = [([], factors), ([.budget], factors.map { _ in 1 })]
    for (hidden, factors) in cases {
      var (plain, session) = (level.session(hiding: hidden), falling.session(hiding: hidden))
      var exploring = ExploringSession(
        controller: falling, hiding: hidden, usesCritic: false,
        exploration: Exploration(own: SeededGenerator(seed: 1)))
      var (rate, fallen) = (0.01, 0.01)
      for (step, factor) in zip(stride(from: 0, to: 100, by: 10), factors) {
        let explored = try exploring.learningRates(after: reading(step, fallen), steps: 10)[0]
        rate = plain.nextLearningRate(after: reading(step, rate))
        fallen = session.nextLearningRate(after: reading(step, fallen))
        #expect(abs(fallen / (rate * factor) - 1) < 1e-12, "step \(step)")
        #expect(abs(explored / fallen - 1) < 1e-4, "step \(step)")
      }
      #expect(rate != 0.01)
    }
  }
}
