import Foundation

/// How one run of a trainee went: the loop that every run of this package goes through.
struct RunCourse {
  /// Every observation, the one at step 0 first.
  var observations: [Observation]
  /// Whether the run ended early, because its loss was not finite or above the plan's bound, or its source gave it up.
  var hasDiverged = false

  /// Drives a trainee from reset to the end of its budget, and begins anew where its process failed and may be
  /// restarted.
  ///
  /// `keepsBest` asks for the weights of the lowest validation loss: to go back to them after a failure, and to leave the
  /// trainee with them. The other parameters are those of ``TrainingRun``.
  static func driven(
    _ trainee: any Trainee, by source: inout some RateSource, seed: UInt64, initialLearningRate: Double,
    plan: RunPlan, keepsBest: Bool, shouldStop: () -> Bool, onReading: (Observation) -> Void = { _ in }
  ) throws -> RunCourse {
    let untouched = source
    while true {
      do {
        var course = try RunCourse(
          observations: [
            trainee.reset(seed: seed, stepBudget: plan.stepBudget, learningRate: initialLearningRate)
          ])
        var best = keepsBest ? try BestWeights(of: trainee, at: course.observations[0]) : nil
        try course.run(
          trainee, by: &source, plan: plan, best: &best, shouldStop: shouldStop, onReading: onReading)
        if let best { try trainee.restore(best.weights) }
        return course
      } catch let error as TraineeProcessError where error.allowsRestart && !shouldStop() {
        source = untouched
      }
    }
  }

  private mutating func run(
    _ trainee: any Trainee, by source: inout some RateSource, plan: RunPlan, best: inout BestWeights?,
    shouldStop: () -> Bool, onReading: (Observation) -> Void
  ) throws {
    var current = observations[0]
    var hasFailed = false
    // Steps that the trainee does not count: looks, and what was spent before going back.
    var uncountedSteps = try look(trainee, by: &source, from: &current)
    while current.step < plan.stepBudget {
      if shouldStop() { throw Interrupted() }
      let rates: [Double]
      do {
        rates = try source.learningRates(after: current, steps: plan.steps(after: current.step))
      } catch is RunStopped {
        hasDiverged = true
        return
      }
      if hasFailed, let best {
        try trainee.restore(best.weights)
        uncountedSteps = current.step - best.step
      }
      current = try trainee.train(learningRates: rates)
      let ownStep = current.step
      current.step += uncountedSteps
      observations.append(current)
      onReading(current)
      hasFailed = source.goesBack(after: current)
      if plan.hasDiverged(current), current.step >= plan.stepBudget || !hasFailed {
        hasDiverged = true
        return
      }
      // The weights that a run goes back to must be better than those it began with.
      let bar = hasFailed ? observations[0].validationLoss : .infinity
      try best?.consider(current, ownStep: ownStep, of: trainee, below: bar)
    }
  }

  /// Lets the source look before the first step, and returns the steps that this costs.
  ///
  /// Looks share one gradient, and each takes a forward pass: as much as a step, and a third of one for each look.
  private mutating func look(
    _ trainee: any Trainee, by source: inout some RateSource, from current: inout Observation
  ) throws -> Int {
    var looks = 0
    current.learningRate = try source.firstLearningRate(after: current) { rate in
      guard let seen = try trainee.look(learningRate: rate) else { return nil }
      looks += 1
      return seen.asLook
    }
    let cost = looks > 0 ? 1 + (looks + 2) / 3 : 0
    current.step += cost
    return cost
  }
}

/// The weights of the lowest validation loss so far.
private struct BestWeights {
  var loss = Double.infinity
  var step: Int
  var weights: Data

  init(of trainee: any Trainee, at observation: Observation) throws {
    step = observation.step
    weights = try trainee.snapshot()
  }

  mutating func consider(
    _ observation: Observation, ownStep: Int, of trainee: any Trainee, below bar: Double
  ) throws {
    guard observation.isFinite, observation.validationLoss < min(loss, bar) else { return }
    let better = try trainee.snapshot()
    try trainee.discard(weights)
    (loss, step, weights) = (observation.validationLoss, ownStep, better)
  }
}
