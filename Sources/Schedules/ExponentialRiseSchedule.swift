import Foundation

/// A rise by the same factor at every step, then a straight fall to 0.
///
/// With m the maximum, T `totalSteps`, u `riseShare`, e `endShare` and d `initialDivisor`:
/// `rate(t) = m d^(t / (u T) - 1)` up to t = u T, then `m (e T - t) / ((e - u) T)` until e T, and 0 after. Most of the run
/// passes at low rates, and the high ones come just before the fall. Found here (Docs/Research-log.md, trial 42); rates that grow
/// exponentially are those of Li and Arora (2019, arXiv 1910.07454), who do it for another reason.
public struct ExponentialRiseSchedule: Schedule, Equatable {
  /// The highest rate, above 0.
  public let maximumLearningRate: Double
  /// The share of the steps that the rise takes, in (0, 1); 0.7 by default.
  public let riseShare: Double
  /// The share of the steps after which the rate is 0, above `riseShare`, at most 1; 1 by default.
  public let endShare: Double
  /// The maximum over the first rate, at least 1; 25 by default.
  public let initialDivisor: Double
  /// Steps of the run, at least 1.
  public let totalSteps: Int

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public init(
    maximumLearningRate: Double, totalSteps: Int, riseShare: Double = 0.7, endShare: Double = 1,
    initialDivisor: Double = 25
  ) throws(ScheduleError) {
    try ScheduleError.checkRate(maximumLearningRate, "maximum rate")
    try ScheduleError.checkSteps(totalSteps, "number of steps")
    try ScheduleError.check(
      riseShare > 0 && riseShare < 1, "share of the rise", riseShare, "a number between 0 and 1")
    try ScheduleError.check(
      endShare > riseShare && endShare <= 1, "share at the end", endShare,
      "a number above the share of the rise, \(riseShare), and at most 1")
    try ScheduleError.check(
      initialDivisor >= 1 && initialDivisor.isFinite, "initial divisor", initialDivisor,
      "a number of at least 1")
    self.maximumLearningRate = maximumLearningRate
    self.riseShare = riseShare
    self.endShare = endShare
    self.initialDivisor = initialDivisor
    self.totalSteps = totalSteps
  }

  /// The formula's rate.
  public func learningRate(at step: Int) -> Double {
    let share = Double(max(step, 0)) / Double(totalSteps)
    if share <= riseShare { return maximumLearningRate * pow(initialDivisor, share / riseShare - 1) }
    return maximumLearningRate * max(endShare - share, 0) / (endShare - riseShare)
  }
}
