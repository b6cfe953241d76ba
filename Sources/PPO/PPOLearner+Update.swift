import NeuralNet
import Randomness

extension PPOLearner {
  /// Improves policy and critic from episodes that this policy has just played.
  ///
  /// Advantages and returns are computed once. Then, in each pass, the steps (whole episodes when a network is
  /// recurrent) are shuffled and dealt into minibatches, each good for one Adam step of the actor and one of the critic.
  ///
  /// All or nothing: when it throws, the learner is as it was.
  ///
  /// - Parameters:
  ///   - episodes: What the policy played, rewards scaled if need be.
  ///   - generator: Shuffles.
  /// - Returns: How it went.
  /// - Throws: ``PPOError``: an option out of range, no steps, an episode that does not fit the policy, or a number or
  ///   gradient that is not finite.
  @discardableResult
  public mutating func update(
    episodes: [Episode], using generator: inout SeededGenerator
  ) throws(PPOError) -> UpdateStatistics {
    try learn(from: episodes, .reward, epochs: configuration.epochs, using: &generator)
  }

  /// Fits policy and critic to a teacher's episodes: behavioural cloning (Pomerleau, 1989).
  ///
  /// The mean action comes near the teacher's, the value near the teacher's returns; standard deviations stay. The
  /// learner's rates fall to zero in a straight line over the passes. All or nothing, as an update.
  ///
  /// - Parameters:
  ///   - episodes: What the teacher played, rewards scaled if need be; see
  ///     ``collectDemonstration(in:policy:seed:using:teacher:)``.
  ///   - ignored: Entries of an observation that the teacher does not look at. What goes with its actions by chance would
  ///     be taken for their cause (de Haan et al., 2019, arXiv 1905.11979), so both networks begin, and stay, without any
  ///     weight on them; an ``update(episodes:using:)`` may find a use for them. None by default.
  ///   - epochs: Passes over the episodes, at least 1; 1,000 by default.
  ///   - generator: Shuffles.
  /// - Returns: How it went; the policy's loss is half the mean squared error of its actions.
  /// - Throws: As ``update(episodes:using:)``.
  @discardableResult
  public mutating func imitate(
    _ episodes: [Episode], ignoring ignored: [Int] = [], epochs: Int = 1000,
    using generator: inout SeededGenerator
  ) throws(PPOError) -> UpdateStatistics {
    let entries = 0..<policy.observationCount
    for entry in ignored {
      try require("ignored entry", entry, entries.contains(entry), "one of the \(entries.count) from 0 on")
    }
    try validate(episodes)
    var next = self
    next.policy.ignore(ignored)
    let seen = episodes.map { episode in
      var episode = episode
      episode.mapObservations { observation in
        var observation = observation
        for entry in ignored { observation[entry] = 0 }
        return observation
      }
      return episode
    }
    let statistics = try next.learn(from: seen, .imitation, epochs: epochs, using: &generator)
    self = next
    return statistics
  }

  private mutating func learn(
    from episodes: [Episode], _ objective: Objective, epochs: Int, using generator: inout SeededGenerator
  ) throws(PPOError) -> UpdateStatistics {
    try configuration.validate()
    try require("epochs", epochs, epochs >= 1, "at least 1")
    try validate(episodes)
    var rollout = Rollout(
      episodes, for: policy, discount: configuration.discount, gaeLambda: configuration.gaeLambda)
    // A minibatch of a few whole episodes, normalised by itself, would forget which episodes did well.
    if configuration.normalizesAdvantages && isRecurrent { rollout.normalizeAdvantages() }
    var next = self
    var pass = try Pass(self, rollout: rollout)
    var (nextGenerator, totals) = (generator, Totals())
    for epoch in 0..<epochs {
      totals.beginEpoch()
      pass.rateFactor = objective == .imitation ? 1 - Double(epoch) / Double(epochs) : 1
      let goesOn = try next.runEpoch(
        epoch, objective, rollout: rollout, pass: &pass, totals: &totals, using: &nextGenerator)
      guard goesOn else { break }
    }
    next.actorOptimizer = pass.actorOptimizer.state
    next.criticOptimizer = pass.criticOptimizer.state
    next.updateCount += 1
    self = next
    generator = nextGenerator
    return totals.statistics(entropy: policy.entropy, explainedVariance: rollout.explainedVariance)
  }

  /// One pass over the rollout; false when ``Configuration/targetKL`` says to stop.
  private mutating func runEpoch(
    _ epoch: Int, _ objective: Objective, rollout: Rollout, pass: inout Pass, totals: inout Totals,
    using generator: inout SeededGenerator
  ) throws(PPOError) -> Bool {
    let minibatches = rollout.minibatches(
      configuration.minibatches, wholeEpisodes: isRecurrent, using: &generator)
    for (index, var minibatch) in minibatches.enumerated() {
      if configuration.normalizesAdvantages && !isRecurrent { minibatch.normalizeAdvantages() }
      let policyLoss = actorLoss(objective, minibatch, pass: &pass)
      totals.add(policyLoss)
      if let target = configuration.targetKL, policyLoss.approximateKL > 1.5 * target { return false }
      let valueLoss = policy.valueLoss(
        minibatch, tape: &pass.criticTape, gradient: &pass.criticGradient)
      let actorNorm = clipNorm(&pass.actorGradient)
      let criticNorm = clipNorm(&pass.criticGradient)
      for (name, norm) in [("actor", actorNorm), ("critic", criticNorm)] where !norm.isFinite {
        throw .nonFiniteGradient(network: name, epoch: epoch, minibatch: index)
      }
      pass.actorOptimizer.step(
        parameters: &policy.actorParameters, gradient: pass.actorGradient,
        learningRate: configuration.actorLearningRate * pass.rateFactor)
      pass.criticOptimizer.step(
        parameters: &policy.criticParameters, gradient: pass.criticGradient,
        learningRate: configuration.criticLearningRate * pass.rateFactor)
      totals.add(valueLoss: valueLoss, actorNorm: actorNorm, criticNorm: criticNorm)
    }
    return true
  }

  private func actorLoss(_ objective: Objective, _ minibatch: Minibatch, pass: inout Pass) -> PolicyLoss {
    switch objective {
    case .reward:
      policy.policyLoss(
        minibatch, clipRange: Float(configuration.clipRange),
        entropyCoefficient: Float(configuration.entropyCoefficient), tape: &pass.actorTape,
        gradient: &pass.actorGradient)
    case .imitation:
      PolicyLoss(
        surrogate: policy.imitationLoss(
          minibatch, tape: &pass.actorTape, gradient: &pass.actorGradient))
    }
  }

  private var isRecurrent: Bool { policy.actor.shape.isRecurrent || policy.critic.shape.isRecurrent }

  /// Shrinks `gradient` to the largest norm allowed (Pascanu et al., 2013), and returns the norm it had.
  func clipNorm(_ gradient: inout [Float]) -> Double {
    let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard norm > configuration.maximumGradientNorm else { return norm }
    let factor = Float(configuration.maximumGradientNorm / norm)
    for index in gradient.indices { gradient[index] *= factor }
    return norm
  }
}

/// What an actor learns by.
private enum Objective {
  case reward
  case imitation
}

/// Optimizers at work, and memory that every minibatch of an update uses again.
private struct Pass {
  let actorOptimizer: Optimizer
  let criticOptimizer: Optimizer
  var actorTape: Tape
  var criticTape: Tape
  var actorGradient: [Float]
  var criticGradient: [Float]
  /// What the configured rates of actor and critic are multiplied by.
  var rateFactor = 1.0

  init(_ learner: PPOLearner, rollout: Rollout) throws(PPOError) {
    let policy = learner.policy
    actorTape = Tape(for: policy.actor, steps: rollout.steps.count)
    criticTape = Tape(for: policy.critic, steps: rollout.steps.count)
    actorGradient = Array(repeating: 0, count: policy.actorParameters.count)
    criticGradient = Array(repeating: 0, count: policy.criticParameters.count)
    actorOptimizer = PPOLearner.adam(learner.configuration, count: actorGradient.count)
    criticOptimizer = PPOLearner.adam(learner.configuration, count: criticGradient.count)
    try restore(actorOptimizer, learner.actorOptimizer, of: "actor")
    try restore(criticOptimizer, learner.criticOptimizer, of: "critic")
  }

  private func restore(
    _ optimizer: Optimizer, _ state: Optimizer.State, of network: String
  ) throws(PPOError) {
    do {
      try optimizer.restore(state)
    } catch {
      throw .mismatchedState(
        what: "\(network)'s optimizer state", expected: 2 * optimizer.count,
        found: state.slots.reduce(0) { $0 + $1.count })
    }
  }
}

/// Sums over minibatches, for the statistics.
private struct Totals {
  private var policyLosses = 0
  private var optimizerSteps = 0
  private var epochs = 0
  private var epochKLs: [Double] = []
  private var sum = PolicyLoss()
  private var valueLoss = 0.0
  private var actorNorm = 0.0
  private var criticNorm = 0.0
  private var firstRatioDeviation: Double?

  mutating func beginEpoch() {
    epochs += 1
    epochKLs.removeAll()
  }

  mutating func add(_ loss: PolicyLoss) {
    policyLosses += 1
    sum.surrogate += loss.surrogate
    sum.clipFraction += loss.clipFraction
    epochKLs.append(loss.approximateKL)
    firstRatioDeviation = firstRatioDeviation ?? loss.ratioDeviation
  }

  mutating func add(valueLoss: Double, actorNorm: Double, criticNorm: Double) {
    optimizerSteps += 1
    self.valueLoss += valueLoss
    self.actorNorm += actorNorm
    self.criticNorm += criticNorm
  }

  func statistics(entropy: Double, explainedVariance: Double?) -> UpdateStatistics {
    let steps = Double(max(optimizerSteps, 1))
    return UpdateStatistics(
      policyLoss: sum.surrogate / Double(policyLosses), valueLoss: valueLoss / steps, entropy: entropy,
      approximateKL: epochKLs.reduce(0, +) / Double(epochKLs.count),
      clipFraction: sum.clipFraction / Double(policyLosses), explainedVariance: explainedVariance,
      actorGradientNorm: actorNorm / steps, criticGradientNorm: criticNorm / steps,
      firstRatioDeviation: firstRatioDeviation ?? 0, epochs: epochs)
  }
}
