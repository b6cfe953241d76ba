/// Whatever decides the learning rates of a run: a controller, a schedule, a constant.
public protocol RateSource {
  /// Decides the rates of the next steps.
  ///
  /// - Parameters:
  ///   - observation: The latest reading of the run.
  ///   - steps: How many steps follow before the next observation, at least 1.
  /// - Returns: The rate of each of these steps, finite and at least 0.
  /// - Throws: ``RunStopped`` to end the run as one that diverged, or whatever keeps it from deciding.
  mutating func learningRates(after observation: Observation, steps: Int) throws -> [Double]

  /// What a guardian decided so far, one for each reading; empty for sources without one, the default.
  var decisions: [GuardedDecision] { get }

  /// Decides the rate to begin with, before the first step.
  ///
  /// - Parameters:
  ///   - observation: The reading at step 0; its rate is the one that the run was given.
  ///   - look: Takes a trial step at a rate and undoes it, see `Trainee.look(learningRate:)`; nil where the trainee cannot.
  ///     What looks cost is taken from the step budget.
  /// - Returns: The rate that ``learningRates(after:steps:)`` then finds in the reading at step 0; the given one by default.
  /// - Throws: What `look` throws, or whatever keeps the source from deciding.
  mutating func firstLearningRate(
    after observation: Observation, look: (Double) throws -> Observation?
  ) throws -> Double

  /// Whether the run failed since the reading before, so that the next rates are for the best weights so far; asked
  /// once after every reading but the first, before the rates. No by default: a run that fails ends.
  func goesBack(after observation: Observation) -> Bool
}

extension RateSource {
  /// None.
  public var decisions: [GuardedDecision] { [] }

  /// The rate that the run was given.
  public func firstLearningRate(
    after observation: Observation, look: (Double) throws -> Observation?
  ) throws -> Double { observation.learningRate }

  /// No.
  public func goesBack(after observation: Observation) -> Bool { false }
}

/// One rate for the whole run.
public struct ConstantRate: RateSource, Sendable {
  /// The rate, per optimizer step, finite and at least 0.
  public let learningRate: Double

  /// Creates a source that always answers `learningRate`.
  public init(_ learningRate: Double) {
    self.learningRate = learningRate
  }

  /// The rate, as often as there are steps.
  public func learningRates(after observation: Observation, steps: Int) -> [Double] {
    Array(repeating: learningRate, count: steps)
  }
}
