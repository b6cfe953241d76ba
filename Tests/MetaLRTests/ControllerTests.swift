import Foundation
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

  /// A controller for any training that never moves the rate by itself.
  private func idle(fall: Double) throws -> Controller {
    var configuration = ControllerTraining.Configuration()
    (configuration.features, configuration.action.fall) = (.universal, fall)
    let fresh = try ControllerTraining(configuration: configuration).controller
    let policy = try ActorCritic(
      configuration: fresh.policy.configuration,
      actorParameters: fresh.policy.actorParameters.map { _ in 0 },
      criticParameters: fresh.policy.criticParameters)
    return Controller(
      features: fresh.features, action: fresh.action, normalizer: fresh.normalizer, policy: policy)
  }

  @Test("A fall takes the rate to nothing along a straight line at the end of a run of known length")
  func fall() throws {
    var session = try idle(fall: 0.4).session()
    var unknown = try idle(fall: 0.4).session(hiding: [.budget])
    var (reading, other) = (observation, observation)
    for step in stride(from: 0, to: 100, by: 5) {
      (reading.step, other.step) = (step, step)
      reading.learningRate = session.nextLearningRate(after: reading)
      other.learningRate = unknown.nextLearningRate(after: other)
      #expect(abs(reading.learningRate / (0.001 * min(1, Double(100 - step) / 40)) - 1) < 1e-9, "\(step)")
      #expect(other.learningRate == 0.001)
    }
  }

  @Test("A fall is a share of the run, and not for imitations or features that do not look back")
  func impossibleFall() throws {
    #expect(throws: ConfigurationError.self) { try LearningRateAction(fall: 1.5).validate() }
    var configuration = ControllerTraining.Configuration()
    (configuration.features, configuration.action.fall) = (.paper, 0.4)
    #expect(throws: ConfigurationError.self) { try configuration.validate() }
    configuration.features = .universal
    try configuration.validate()
    configuration.imitates = true
    #expect(throws: ConfigurationError.self) { try configuration.validate() }
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
}
