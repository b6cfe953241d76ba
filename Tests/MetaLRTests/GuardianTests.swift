import Foundation
import Randomness
import Testing

@testable import MetaLR

@Suite("The guardian")
struct GuardianTests {
  /// An untrained controller: its actions are near 0, so that it keeps the rate almost as it is.
  static func controller(mean: Double = 0) throws -> Controller {
    var generator = SeededGenerator(seed: 1)
    let count = FeatureList.paper.count
    return Controller(
      features: .paper, action: LearningRateAction(),
      normalizer: ObservationNormalizer(
        statistics: RunningStatistics(
          count: 4, mean: Array(repeating: mean, count: count),
          squaredDeviations: Array(repeating: 16, count: count)),
        clip: 10),
      policy: try ActorCritic(
        configuration: ActorCritic.Configuration(observationCount: count), using: &generator))
  }

  static func guarded(
    fallback: FallbackSchedule? = nil, configuration: Guardian.Configuration = Guardian.Configuration(),
    mean: Double = 0
  ) throws -> GuardedController {
    GuardedController(
      controller: try controller(mean: mean), guardian: try Guardian(configuration: configuration),
      fallback: fallback)
  }

  static func observation(_ step: Int, loss: Double, rate: Double = 0.01, budget: Int = 1000) -> Observation {
    Observation(
      step: step, stepBudget: budget, trainLoss: loss, validationLoss: loss, predictionVariance: 0.1,
      predictionChangeVariance: 0.1, weightMean: 0, weightVariance: 0.1, learningRate: rate)
  }

  /// Observes each of `losses` at intervals of 10 steps, each at the rate decided before it.
  static func decisions(
    _ losses: [Double], _ controller: GuardedController, budget: Int = 1000
  ) -> [GuardedDecision] {
    var state = controller.initialState
    var rate = 0.01
    return losses.enumerated().map { index, loss in
      let decision = controller.decide(
        after: observation(index * 10, loss: loss, rate: rate, budget: budget), interval: 10, state: &state)
      rate = decision.learningRate
      return decision
    }
  }

  @Test(
    "A spike or a loss that is not finite is answered with a rollback to half the rate",
    arguments: [9.0, .nan, .infinity])
  func rollback(bad: Double) throws {
    let decisions = Self.decisions([1, 1, 1, bad, 1], try Self.guarded())
    #expect(decisions.map(\.verdict) == [.continue, .continue, .continue, .rollback, .continue])
    #expect(decisions[3].learningRate == decisions[2].learningRate / 2)
    #expect(decisions[3].source == "guardian" && decisions[3].scale == 0.5)
  }

  @Test("A loss three times the median, but within the run's own noise, is no spike")
  func noise() throws {
    let decisions = Self.decisions([1, 0.2, 2, 0.3, 1.5, 0.2, 3.1], try Self.guarded())
    #expect(decisions.allSatisfy { $0.verdict == .continue })
  }

  @Test("At the beginning of a run a loss three times the highest is a spike", arguments: [[2], [2, 1.8]])
  func beginning(losses: [Double]) throws {
    for (next, verdict) in [(5.9, Verdict.continue), (6.1, .rollback)] {
      #expect(Self.decisions(losses + [next], try Self.guarded()).last?.verdict == verdict)
    }
    #expect(Self.decisions([50], try Self.guarded()).last?.verdict == .continue)
  }

  @Test("A negative loss far above the others is a spike")
  func negativeLoss() throws {
    let decisions = Self.decisions([-5, -5.1, -5, -5.2, 6], try Self.guarded())
    #expect(decisions[4].verdict == .rollback)
  }

  @Test(
    "Near 0 a spike costs half of what the run has gained since its first loss",
    arguments: [
      // From 2 to a median of 0.01: a spike is above 0.01 + 0.5 (2 - 0.01) = 1.005.
      ([2, 0.01, 0.01, 0.01, 0.01], 1, Verdict.continue), ([2, 0.01, 0.01, 0.01, 0.01], 1.01, .rollback),
      // A loss below 0 likewise: above -0.01 + 0.5 (1 + 0.01) = 0.495.
      ([1, -0.01, -0.01, -0.01, -0.01], 0.49, .continue), ([1, -0.01, -0.01, -0.01, -0.01], 0.5, .rollback),
      // A run that began at a low loss has gained nothing, and is judged by the other bounds.
      ([0.01, 0.01, 0.01, 0.01], 0.031, .rollback),
    ])
  func smallLosses(losses: [Double], next: Double, verdict: Verdict) throws {
    #expect(Self.decisions(losses + [next], try Self.guarded()).last?.verdict == verdict)
  }

  @Test("Where there is a validation loss a training loss is no spike, but a failure where it is not finite")
  func trainLoss() throws {
    let controller = try Self.guarded()
    var state = controller.initialState
    for step in [0, 10, 20, 30] {
      _ = controller.decide(after: Self.observation(step, loss: 1), interval: 10, state: &state)
    }
    for (trainLoss, validationLoss, isFailure) in [
      (50, 1, false), (1, 50, true), (50, nil, true), (.infinity, 1, true), (.nan, 1, true),
    ] as [(Double, Double?, Bool)] {
      var observation = Self.observation(40, loss: 1)
      observation[.trainLoss] = trainLoss
      observation[.validationLoss] = validationLoss
      #expect(controller.guardian.isFailure(observation, after: state.guardian) == isFailure)
    }
  }

  @Test("The first loss is kept while the recent ones move on, and a state without them is read")
  func firstLosses() throws {
    let controller = try Self.guarded()
    var state = controller.initialState
    for (index, loss) in ([.nan, 2] + Array(repeating: 0.01, count: 12)).enumerated() {
      _ = controller.decide(after: Self.observation(index, loss: loss), interval: 1, state: &state)
    }
    #expect(state.guardian.firstValidationLoss == 2 && !state.guardian.validationLosses.contains(2))
    let older =
      #"{"validationLosses": [0.01], "trainLosses": [0.01], "failures": 0, "goodObservations": 1, "#
      + #""hasHandedOver": false}"#
    var old = try JSONDecoder().decode(Guardian.State.self, from: Data(older.utf8))
    old.accept(Self.observation(0, loss: 0.01), controller.guardian.configuration)
    #expect(
      old.firstValidationLoss == nil, "the first loss of a run that began under older rules is not known")
    #expect(controller.guardian.isFailure(Self.observation(0, loss: 0.04), after: old))
  }

  @Test("A failure leaves the state of the controller as it was")
  func failureKeepsMemory() throws {
    let controller = try Self.guarded()
    var state = controller.initialState
    for step in [0, 10, 20] {
      _ = controller.decide(after: Self.observation(step, loss: 1), interval: 10, state: &state)
    }
    let before = state
    _ = controller.decide(after: Self.observation(30, loss: .nan), interval: 10, state: &state)
    #expect(state.controller == before.controller)
    #expect(state.guardian.validationLosses == before.guardian.validationLosses)
  }

  @Test(
    "After as many rollbacks as it allows the run is stopped where there is no fallback",
    arguments: [0, 3, 6])
  func stop(rollbacks: Int) throws {
    let guarded = try Self.guarded(configuration: Guardian.Configuration(rollbacks: rollbacks))
    let decisions = Self.decisions([1, 1, 1] + Array(repeating: .nan, count: rollbacks + 1), guarded)
    let expected = Array(repeating: Verdict.rollback, count: rollbacks) + [.stop]
    #expect(decisions.dropFirst(3).map(\.verdict) == expected)
    #expect(Guardian.Configuration().rollbacks == 6)
  }

  @Test("Each further failure in a row lowers the rate more, in all by more than 100,000")
  func escalation() throws {
    let bad = Array(repeating: Double.nan, count: 6)
    let configuration = Guardian.Configuration(minimumLearningRate: 1e-12)
    let decisions = Self.decisions([1] + bad, try Self.guarded(configuration: configuration))
    let scales = [0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625]
    #expect(decisions.dropFirst().map(\.scale) == scales)
    #expect(decisions[0].learningRate / decisions[6].learningRate == 2_097_152)
    let healed = Self.decisions(
      [1, .nan, .nan] + Array(repeating: 1, count: 10) + [.nan], try Self.guarded())
    #expect(healed.last?.scale == 0.5, "after ten good observations it begins anew")
  }

  @Test("After three rollbacks the fallback takes over for good, and fails as the controller does")
  func handOver() throws {
    let fallback = FallbackSchedule(name: "halving") { step, _ in pow(0.5, Double(step) / 10) }
    let bad = Array(repeating: Double.nan, count: 4)
    let guarded = try Self.guarded(
      fallback: fallback, configuration: Guardian.Configuration(minimumLearningRate: 1e-12, rollbacks: 3))
    let decisions = Self.decisions([1, 1, 1] + bad + [1, 1] + bad, guarded)
    let scales = [0.5, 0.25, 0.125, 0.5]
    #expect(decisions[3...6].map(\.scale) == scales)
    #expect(decisions[6].verdict == .rollback)
    #expect(decisions[7].source == "fallback:halving" && decisions[8].source == "fallback:halving")
    #expect(abs(decisions[8].scale - 0.5) < 1e-12)
    #expect(decisions.last?.verdict == .stop)
  }

  @Test("Ten good observations make earlier failures forgotten")
  func recovery() throws {
    let guarded = try Self.guarded(configuration: Guardian.Configuration(rollbacks: 3))
    let good = Array(repeating: 1.0, count: 10)
    let losses = good + [.nan, .nan, .nan] + good + [.nan, .nan, .nan]
    #expect(Self.decisions(losses, guarded).last?.verdict == .rollback)
  }

  @Test("Rates stay within the bounds of the rate and of its change")
  func bounds() throws {
    let guardian = try Guardian(
      configuration: Guardian.Configuration(
        minimumLearningRate: 0.001, maximumLearningRate: 0.1, maximumChange: 2))
    let cases: [(proposed: Double, previous: Double, expected: Double)] = [
      (0.02, 0.01, 0.02), (0.05, 0.01, 0.02), (0.001, 0.01, 0.005), (0.15, 0.08, 0.1),
      (0.0001, 0.0015, 0.001),
      (.nan, 0.01, 0.01), (-1, 0.01, 0.01), (.infinity, 0.01, 0.01),
    ]
    for (proposed, previous, expected) in cases {
      #expect(guardian.bounded(proposed, previous: previous, ceiling: nil) == expected)
    }
    #expect(guardian.bounded(0.02, previous: 0.01, ceiling: 0.012) == 0.012)
  }

  @Test("After a failure a ceiling holds, which rises by one rollback after every ten good observations")
  func ceiling() throws {
    // Far from its training, so that the fallback decides, which doubles the rate every ten steps.
    let doubling = FallbackSchedule(name: "doubling") { step, _ in pow(2, Double(step) / 10) }
    let losses = [1, 1, 1, .nan] + Array(repeating: 1.0, count: 31)
    let configuration = Guardian.Configuration(maximumLearningRate: 0.1)
    let guarded = try Self.guarded(fallback: doubling, configuration: configuration, mean: 100)
    let rates = Self.decisions(losses, guarded).map(\.learningRate)
    #expect(rates.prefix(4).elementsEqual([0.01, 0.02, 0.04, 0.02]))
    #expect(rates[4..<13].allSatisfy { $0 == 0.02 })
    #expect(rates[13..<23].allSatisfy { $0 == 0.04 })
    #expect(rates[23..<33].allSatisfy { $0 == 0.08 })
    #expect(rates[33...].allSatisfy { $0 == 0.1 })
  }

  @Test("The distance is the root mean square of the standard scores")
  func distance() throws {
    let controller = try Self.controller()
    let observation = Observation(
      step: 10, stepBudget: 100, trainLoss: exp(2), validationLoss: exp(-4), predictionVariance: 1,
      predictionChangeVariance: 1, weightMean: 6, weightVariance: 1, learningRate: 1)
    // The mean is 0 and the standard deviation 2, so that the scores are 1, -2, 0, 0, 3, 0, 0.
    var history = RunHistory()
    history.add(observation)
    let distance = try #require(controller.outOfDistribution(of: history))
    #expect(abs(distance - (14.0 / 7).squareRoot()) < 1e-6)
    history.add(Self.observation(10, loss: .nan))
    #expect(controller.outOfDistribution(of: history) == nil)
  }

  @Test("Far from its training the controller yields to the fallback, and says so")
  func outOfDistribution() throws {
    let near = Self.decisions([1, 1], try Self.guarded(fallback: .constant))
    #expect(near.allSatisfy { $0.source == "controller" })
    let far = Self.decisions([1, 1], try Self.guarded(fallback: .constant, mean: 100))
    #expect(far.allSatisfy { $0.source == "fallback:constant" && $0.scale == 1 })
    #expect(far.allSatisfy { ($0.outOfDistribution ?? 0) > 5 })
    let alone = Self.decisions([1, 1], try Self.guarded(mean: 100))
    #expect(alone.allSatisfy { $0.source == "controller" })
  }

  @Test("A fallback changes the rate by its own factor, whatever the rate is, and stays where it is unusable")
  func fallbackScale() {
    let cosine = FallbackSchedule(name: "cosine") { step, budget in
      1 + cos(Double.pi * Double(step) / Double(budget))
    }
    #expect(cosine.scale(at: 0, interval: 10, stepBudget: 100) == 1)
    #expect(abs(cosine.scale(at: 50, interval: 50, stepBudget: 100) - 0.5) < 1e-12)
    let broken = FallbackSchedule(name: "broken") { step, _ in step == 0 ? 1 : .nan }
    #expect(broken.scale(at: 10, interval: 10, stepBudget: 100) == 1)
  }

  @Test("At the last step nothing is decided")
  func complete() throws {
    let decisions = Self.decisions([1, 1, 1], try Self.guarded(), budget: 20)
    #expect(decisions[2].verdict == .complete && decisions[2].scale == 1)
  }

  @Test(
    "Thresholds out of their range are named",
    arguments: [
      (\Guardian.Configuration.spikeRatio, 1.0), (\.spikeRatio, .nan), (\.rollbackScale, 1),
      (\.rollbackScale, 0),
      (\.maximumChange, 1), (\.minimumLearningRate, 0), (\.maximumLearningRate, 1e-7),
      (\.outOfDistributionThreshold, 0),
    ] as [(WritableKeyPath<Guardian.Configuration, Double> & Sendable, Double)])
  func validation(path: WritableKeyPath<Guardian.Configuration, Double> & Sendable, value: Double) {
    var configuration = Guardian.Configuration()
    configuration[keyPath: path] = value
    #expect(throws: ConfigurationError.self) { try Guardian(configuration: configuration) }
  }

  @Test("As a source of rates it holds the rate over the interval, and throws when the run is stopped")
  func session() throws {
    var session = GuardedSession(
      try Self.guarded(configuration: Guardian.Configuration(rollbacks: 3)))
    #expect(try session.learningRates(after: Self.observation(0, loss: 1), steps: 3).count == 3)
    for step in [10, 20, 30] {
      _ = try session.learningRates(after: Self.observation(step, loss: .nan), steps: 1)
    }
    #expect(throws: RunStopped.self) {
      try session.learningRates(after: Self.observation(40, loss: .nan), steps: 1)
    }
    #expect(session.decisions.map(\.verdict) == [.continue, .rollback, .rollback, .rollback, .stop])
  }
}
