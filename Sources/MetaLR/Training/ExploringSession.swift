import Foundation
import Randomness
import Schedules

/// A controller that explores one run and remembers what an update learns from: a training episode.
struct ExploringSession: RateSource {
  let controller: Controller
  /// Decides in place of the policy, but with its noise, and not at looks; nil to learn by reward.
  let teacher: (any Schedule)?
  private(set) var episode: Episode
  /// The unnormalized features that the policy acted on.
  private(set) var statistics: FeatureStatistics
  private var history: RunHistory
  private var state: RecurrentState
  private var exploration: Exploration
  private let usesCritic: Bool
  private let prepared: PreparedActor?
  private let looks: Int

  init(
    controller: Controller, teacher: (any Schedule)? = nil, hiding hidden: Set<FeatureGroup> = [],
    looks: Bool = true, usesCritic: Bool, exploration: Exploration
  ) {
    self.controller = controller
    self.teacher = teacher
    self.looks = looks ? controller.action.looks : 0
    self.usesCritic = usesCritic
    self.exploration = exploration
    episode = Episode(observationCount: controller.features.count, actionCount: 1)
    statistics = FeatureStatistics(count: controller.features.count)
    history = RunHistory(hiding: hidden)
    state = controller.policy.initialState
    prepared = controller.policy.prepared
  }

  mutating func firstLearningRate(
    after observation: Observation, look: (Double) throws -> Observation?
  ) throws -> Double {
    try requireFinite(observation)
    var rate = observation.learningRate
    for index in 0..<looks {
      guard let seen = try look(rate) else { break }
      if index == 0 { history.add(observation) }
      history.add(look: seen)
      rate = try decide(from: rate, scale: controller.action.lookLogScale, target: nil)
    }
    return rate
  }

  mutating func learningRates(after observation: Observation, steps: Int) throws -> [Double] {
    guard !history.isLook else {
      history.endLooks(with: observation)
      return Array(repeating: observation.learningRate, count: steps)
    }
    var observation = observation
    let fall = controller.action.takeFall(outOf: &observation, after: history)
    history.add(observation)
    let target = teacher?.learningRate(at: observation.step + steps / 2)
    let rate = try decide(from: observation.learningRate, scale: controller.action.logScale, target: target)
    return Array(repeating: fall * rate, count: steps)
  }

  /// Acts on the latest reading, and remembers it; a reading beyond what the policy can take ends the run.
  private mutating func decide(from rate: Double, scale: Double, target: Double?) throws -> Double {
    let values = controller.features.values(of: history)
    guard values.allSatisfy({ $0?.isFinite ?? true }) else {
      throw RunStopped(step: history.latest?.step ?? 0)
    }
    statistics.add(values)
    let inputs = controller.inputs(of: values)
    exploration.begin(decision: episode.stepCount)
    var decision =
      usesCritic
      ? controller.policy.act(observation: inputs, state: &state, using: &exploration.generator)
      : controller.policy.explore(
        observation: inputs, state: &state, prepared: prepared, using: &exploration.generator)
    var action = decision.action[0]
    if let target {
      decision.action[0] = Float(controller.action.action(from: rate, to: target))
      let deviation = exp(controller.policy.logStandardDeviations[0])
      action = decision.action[0] + deviation * Float(exploration.generator.nextNormal())
    }
    episode.append(observation: inputs, decision: decision, reward: 0)
    history.add(action: Double(action))
    return controller.action.nextRate(from: rate, action: Double(action), logScale: scale)
  }

  private func requireFinite(_ observation: Observation) throws {
    guard observation.isFinite else {
      throw TraineeError(
        "The trainee's reading before any training is not finite: \(observation). Check its data and its loss."
      )
    }
  }

  /// Sets what each decision earned, and without a critic what the run was worth before each.
  mutating func earn(_ rewards: [Double], worth: [Double]) {
    episode.rewards = rewards.map { Float($0) }
    if !usesCritic { episode.values = worth.map { Float($0) } }
  }
}
