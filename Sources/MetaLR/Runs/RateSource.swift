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

  /// Whether the run failed since the reading before, so that the next rates are for the best weights so far; asked
  /// once after every reading but the first, before the rates. No by default: a run that fails ends.
  func goesBack(after observation: Observation) -> Bool
}

extension RateSource {
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
