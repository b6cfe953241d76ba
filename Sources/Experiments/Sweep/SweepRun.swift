import MetaLR

/// What a run of a sweep is to reach.
public enum SweepTarget: Codable, Sendable, Equatable {
  /// A share of right answers, in (0, 1], as the trainee's `evaluate` reports it.
  ///
  /// Give the sweep trainees whose test split is a fixed part of the training images, and this is training accuracy.
  case accuracy(Double)
  /// A mean training loss over an interval, positive; every trainee reports it.
  case trainLoss(Double)

  /// Checks the number.
  ///
  /// - Throws: `ConfigurationError` when no run could be told by it.
  public func validate() throws(ConfigurationError) {
    switch self {
    case .accuracy(let value):
      guard value > 0, value <= 1 else {
        throw ConfigurationError(
          name: "target accuracy", value: "\(value)", expected: "a share above 0 and up to 1")
      }
    case .trainLoss(let value):
      guard value > 0, value.isFinite else {
        throw ConfigurationError(name: "target loss", value: "\(value)", expected: "a positive number")
      }
    }
  }
}

/// One run of a sweep: from its first step to the target, or to its failure.
public struct SweepRun: Codable, Sendable, Equatable {
  /// How a run ended; a failure is never a number of steps.
  public enum Outcome: String, Codable, Sendable, CaseIterable {
    /// At the target.
    case reached
    /// At the end of the step budget, short of the target.
    case notReached = "not reached"
    /// With a loss that is not finite, or above the plan's bound.
    case diverged
  }

  /// One reading of the run.
  public struct Reading: Codable, Sendable, Equatable {
    /// Optimizer steps done.
    public let step: Int
    /// Mean training loss over the steps since the last reading.
    public let trainLoss: Double
    /// Loss on the validation split.
    public let validationLoss: Double
    /// The measured accuracy, in [0, 1]; nil where the target is a loss.
    public let accuracy: Double?
  }

  /// The constant rate.
  public let learningRate: Double
  /// The seed of weights and data order.
  public let seed: UInt64
  /// How it ended.
  public let outcome: Outcome
  /// Readings at every interval, from the end of the first.
  public let readings: [Reading]
  /// Seconds of wall time spent in training steps and their observations, without measuring accuracy.
  public let seconds: Double

  /// Optimizer steps done.
  public var steps: Int { readings.last?.step ?? 0 }
  /// Steps to the target; nil for a failure.
  public var stepsToTarget: Int? { outcome == .reached ? steps : nil }

  /// Trains at one rate until the target is reached, the loss diverges, or the plan's steps are done.
  ///
  /// The target is looked for at the end of each of the plan's intervals, which is therefore how exactly steps are
  /// known. A trainee's process that failed is started again, as often as it allows, and the run begun anew.
  ///
  /// - Parameters:
  ///   - trainee: Reset first.
  ///   - learningRate: The rate of every step.
  ///   - seed: Decides weights and data order.
  ///   - target: What ends the run well.
  ///   - plan: Budget, interval and bound.
  ///   - shouldStop: Asked before every interval.
  /// - Throws: `Interrupted` when `shouldStop` said so, or what the trainee throws.
  public init(
    of trainee: any Trainee, learningRate: Double, seed: UInt64, target: SweepTarget, plan: RunPlan,
    shouldStop: () -> Bool = { false }
  ) throws {
    while true {
      do {
        try self.init(
          attempt: trainee, learningRate: learningRate, seed: seed, target: target, plan: plan,
          shouldStop: shouldStop)
        return
      } catch let error as TraineeProcessError where error.allowsRestart && !shouldStop() {
        continue
      }
    }
  }

  private init(
    attempt trainee: any Trainee, learningRate: Double, seed: UInt64, target: SweepTarget, plan: RunPlan,
    shouldStop: () -> Bool
  ) throws {
    var current = try trainee.reset(seed: seed, stepBudget: plan.stepBudget, learningRate: learningRate)
    var outcome = Outcome.notReached
    var readings: [Reading] = []
    var time = Duration.zero
    while outcome == .notReached, current.step < plan.stepBudget {
      if shouldStop() { throw Interrupted() }
      let steps = min(plan.interval, plan.stepBudget - current.step)
      let start = ContinuousClock.now
      current = try trainee.train(learningRates: Array(repeating: learningRate, count: steps))
      time += ContinuousClock.now - start
      let hasDiverged = plan.hasDiverged(current)
      var accuracy: Double?
      if case .accuracy = target, !hasDiverged { accuracy = try trainee.evaluate().accuracy }
      readings.append(
        Reading(
          step: current.step, trainLoss: current.trainLoss, validationLoss: current.validationLoss,
          accuracy: accuracy))
      if hasDiverged {
        outcome = .diverged
      } else if target.isReached(trainLoss: current.trainLoss, accuracy: accuracy) {
        outcome = .reached
      }
    }
    self.learningRate = learningRate
    self.seed = seed
    self.outcome = outcome
    self.readings = readings
    seconds = time / .seconds(1)
  }
}

extension SweepTarget {
  func isReached(trainLoss: Double, accuracy: Double?) -> Bool {
    switch self {
    case .accuracy(let target): accuracy.map { $0 >= target } ?? false
    case .trainLoss(let target): trainLoss <= target
    }
  }
}
