/// A rate that falls slowly at first and fast at the end: reflected exponential.
///
/// `rate(t) = initial (1 - s) / (1/2 + (1 - s) / 2)` with `s = t / T`, T `totalSteps`. Chen, Wolfe and
/// Kyrillidis (2021, arXiv 2107.04197, "REX: Revisiting Budgeted Training with an Improved Schedule").
public struct REXSchedule: Schedule, Equatable {
  /// The rate at step 0, above 0.
  public let initialLearningRate: Double
  /// Steps until the rate is 0, at least 1.
  public let totalSteps: Int

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public init(initialLearningRate: Double, totalSteps: Int) throws(ScheduleError) {
    try ScheduleError.checkRate(initialLearningRate, "initial rate")
    try ScheduleError.checkSteps(totalSteps, "number of steps")
    self.initialLearningRate = initialLearningRate
    self.totalSteps = totalSteps
  }

  /// The formula's rate.
  public func learningRate(at step: Int) -> Double {
    let left = 1 - Double(min(max(step, 0), totalSteps)) / Double(totalSteps)
    return initialLearningRate * left / (0.5 + 0.5 * left)
  }
}
