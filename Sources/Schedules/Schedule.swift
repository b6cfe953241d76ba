/// A learning-rate schedule made by hand: a pure function of the step.
public protocol Schedule: Sendable {
  /// The rate of one optimizer step.
  ///
  /// - Parameter step: Steps done before, from 0; past the schedule's end it holds its end value.
  /// - Returns: A rate of at least 0.
  func learningRate(at step: Int) -> Double
}
