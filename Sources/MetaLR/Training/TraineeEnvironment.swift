import Schedules

/// A training run as a problem for reinforcement learning: an action scales the rate of the next interval, and the
/// episode is the run.
///
/// The end of the step budget is terminal: the run is over by its own rules, and nothing more can be earned.
struct TraineeEnvironment: Environment {
  let trainee: any Trainee
  let controller: Controller
  let plan: RunPlan
  let reward: Reward
  let discount: Double
  let initialLearningRate: Double
  let shouldStop: @Sendable () -> Bool

  /// Every observation of the episode, the first included.
  private(set) var observations: [Observation] = []
  /// What the decisions earned, unscaled.
  private(set) var rewards: [Double] = []
  /// The unnormalised features that the policy acted on.
  private(set) var statistics: RunningStatistics
  private(set) var hasDiverged = false

  var observationCount: Int { controller.featureSet.count }
  var actionCount: Int { 1 }

  init(
    trainee: any Trainee, controller: Controller, plan: RunPlan, reward: Reward, discount: Double,
    initialLearningRate: Double, shouldStop: @escaping @Sendable () -> Bool
  ) {
    self.trainee = trainee
    self.controller = controller
    self.plan = plan
    self.reward = reward
    self.discount = discount
    self.initialLearningRate = initialLearningRate
    self.shouldStop = shouldStop
    statistics = RunningStatistics(size: controller.featureSet.count)
  }

  /// The action that comes nearest to what a schedule has in the middle of the next interval.
  func action(following schedule: any Schedule) -> Float {
    let previous = observations[observations.count - 1]
    let middle = previous.step + min(plan.interval, plan.stepBudget - previous.step) / 2
    return Float(
      controller.action.action(from: previous.learningRate, to: schedule.learningRate(at: middle)))
  }

  mutating func reset(seed: UInt64) throws -> [Float] {
    let observation = try trainee.reset(
      seed: seed, stepBudget: plan.stepBudget, learningRate: initialLearningRate)
    observations = [observation]
    let features = controller.featureSet.values(of: observation)
    guard features.allSatisfy(\.isFinite) else {
      throw TraineeError(
        "The trainee's reading before any training is not finite: \(observation). Check its data and its loss."
      )
    }
    statistics.add(features)
    return controller.features(of: observation)
  }

  mutating func step(action: [Float]) throws -> EnvironmentStep {
    if shouldStop() { throw Interrupted() }
    let previous = observations[observations.count - 1]
    let rate = controller.action.nextRate(from: previous.learningRate, action: Double(action[0]))
    let steps = min(plan.interval, plan.stepBudget - previous.step)
    let observation = try trainee.train(learningRates: Array(repeating: rate, count: steps))
    observations.append(observation)
    let features = controller.featureSet.values(of: observation)
    if plan.hasDiverged(observation) || !features.allSatisfy(\.isFinite) {
      hasDiverged = true
      rewards.append(
        reward.ofDivergence(
          first: observations[0].validationLoss, earned: rewards, plan: plan, discount: discount))
      return EnvironmentStep(
        observation: controller.features(of: previous), reward: Float(rewards[rewards.count - 1]),
        ending: .terminal)
    }
    let isLast = observation.step >= plan.stepBudget
    rewards.append(
      reward.value(losses: observations.map(\.validationLoss), isLast: isLast))
    if !isLast { statistics.add(features) }
    return EnvironmentStep(
      observation: controller.features(of: observation), reward: Float(rewards[rewards.count - 1]),
      ending: isLast ? .terminal : nil)
  }
}
