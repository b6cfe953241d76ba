import Foundation

/// One rise to a high rate and one fall to a very low one, both along half a cosine.
///
/// With m the maximum, `a = u T - 1` the step of the maximum and `b = T - 1` the last step: from `m / i` at step 0 to m
/// at a, then to `m / (i f)` at b and after. T `totalSteps`, u `riseShare`, i `initialDivisor`, f `finalDivisor`. Smith
/// and Topin (2017, arXiv 1708.07120, section 3), in the two-phase form with cosines and the defaults that PyTorch's
/// `OneCycleLR` has made usual.
public struct OneCycleSchedule: Schedule, Equatable {
  /// The highest rate, above 0.
  public let maximumLearningRate: Double
  /// Steps of the cycle, at least 2.
  public let totalSteps: Int
  /// The share of the steps that the rise takes, in (0, 1); 0.3 by default.
  public let riseShare: Double
  /// The maximum over the first rate, at least 1; 25 by default.
  public let initialDivisor: Double
  /// The first over the last rate, at least 1; 10,000 by default.
  public let finalDivisor: Double

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public init(
    maximumLearningRate: Double, totalSteps: Int, riseShare: Double = 0.3, initialDivisor: Double = 25,
    finalDivisor: Double = 1e4
  ) throws(ScheduleError) {
    try ScheduleError.checkRate(maximumLearningRate, "maximum rate")
    try ScheduleError.check(totalSteps >= 2, "number of steps", totalSteps, "a whole number of at least 2")
    try ScheduleError.check(
      riseShare > 0 && riseShare < 1, "share of the rise", riseShare, "a number between 0 and 1")
    for (name, divisor) in [("initial divisor", initialDivisor), ("final divisor", finalDivisor)] {
      try ScheduleError.check(divisor >= 1 && divisor.isFinite, name, divisor, "a number of at least 1")
    }
    self.maximumLearningRate = maximumLearningRate
    self.totalSteps = totalSteps
    self.riseShare = riseShare
    self.initialDivisor = initialDivisor
    self.finalDivisor = finalDivisor
  }

  /// The formula's rate.
  public func learningRate(at step: Int) -> Double {
    let initial = maximumLearningRate / initialDivisor
    let final = initial / finalDivisor
    let last = Double(totalSteps - 1)
    // A rise of less than a step begins at the top.
    let top = max(riseShare * Double(totalSteps) - 1, 0)
    let place = min(Double(max(step, 0)), last)
    if place <= top {
      return top > 0 ? Self.cosine(from: initial, to: maximumLearningRate, place / top) : maximumLearningRate
    }
    return Self.cosine(from: maximumLearningRate, to: final, (place - top) / (last - top))
  }

  private static func cosine(from start: Double, to end: Double, _ share: Double) -> Double {
    end + (start - end) / 2 * (1 + cos(.pi * share))
  }
}
