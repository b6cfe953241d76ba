/// A straight rise to the first rate of another schedule, which then runs from its own step 0.
///
/// `rate(t) = base(0) (s + (1 - s) t / w)` for t < w, then `base(t - w)`; w `warmUpSteps`, s `startFactor`. Goyal et
/// al. (2017, arXiv 1706.02677, section 2.2), "gradual warmup".
public struct WarmUpSchedule: Schedule {
  /// The schedule after the warm-up.
  public let base: any Schedule
  /// Steps of the rise, at least 1.
  public let warmUpSteps: Int
  /// The share of the base's first rate at step 0, in [0, 1].
  public let startFactor: Double

  /// Creates the schedule.
  ///
  /// - Parameters:
  ///   - base: The schedule after the warm-up.
  ///   - warmUpSteps: Steps of the rise.
  ///   - startFactor: The share at step 0; by default 1 / (w + 1), so that no step is lost to a rate of 0 and all
  ///     steps of the rise are equal.
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public init(base: any Schedule, warmUpSteps: Int, startFactor: Double? = nil) throws(ScheduleError) {
    try ScheduleError.checkSteps(warmUpSteps, "number of warm-up steps")
    let startFactor = startFactor ?? 1 / (Double(warmUpSteps) + 1)
    try ScheduleError.check(
      startFactor >= 0 && startFactor <= 1, "share to start from", startFactor, "a number from 0 to 1")
    self.base = base
    self.warmUpSteps = warmUpSteps
    self.startFactor = startFactor
  }

  /// The formula's rate.
  public func learningRate(at step: Int) -> Double {
    guard step < warmUpSteps else { return base.learningRate(at: step - warmUpSteps) }
    let share = Double(max(step, 0)) / Double(warmUpSteps)
    return base.learningRate(at: 0) * (startFactor + (1 - startFactor) * share)
  }
}
