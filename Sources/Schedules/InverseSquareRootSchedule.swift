/// A rate that is held and then falls with the square root of the step.
///
/// `rate(t) = initial sqrt(h / max(t, h))`, h `holdSteps`; it never ends. Vaswani et al. (2017, arXiv 1706.03762,
/// equation 3) after its warm-up; put a ``WarmUpSchedule`` in front for the rest.
public struct InverseSquareRootSchedule: Schedule, Equatable {
  /// The rate of the first `holdSteps` steps, above 0.
  public let initialLearningRate: Double
  /// Steps before the rate falls, at least 1.
  public let holdSteps: Int

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public init(initialLearningRate: Double, holdSteps: Int) throws(ScheduleError) {
    try ScheduleError.checkRate(initialLearningRate, "initial rate")
    try ScheduleError.checkSteps(holdSteps, "number of steps before the rate falls")
    self.initialLearningRate = initialLearningRate
    self.holdSteps = holdSteps
  }

  /// The formula's rate.
  public func learningRate(at step: Int) -> Double {
    initialLearningRate * (Double(holdSteps) / Double(max(step, holdSteps))).squareRoot()
  }
}
