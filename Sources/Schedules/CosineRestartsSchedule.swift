import Foundation

/// Cosines one after the other, each from a maximum down to the minimum: SGDR.
///
/// In period i, `t_i` steps after its start: `rate = min + (max d^i - min) (1 + cos(pi t_i / T_i)) / 2` with
/// `T_i = T_0 m^i`; T_0 `firstPeriod`, m `periodMultiplier`, d `maximumDecay`. A maximum that has fallen below the
/// minimum stays there. It never ends. Loshchilov and Hutter (2016, arXiv 1608.03983, equation 5 and section 3).
public struct CosineRestartsSchedule: Schedule, Equatable {
  /// The rate at the start of the first period, above 0.
  public let maximumLearningRate: Double
  /// The rate that each period falls to, from 0 to the maximum; 0 by default.
  public let minimumLearningRate: Double
  /// Steps of the first period, at least 1.
  public let firstPeriod: Int
  /// How many times longer each period is than the one before, at least 1; 2 by default, as the paper advises.
  public let periodMultiplier: Int
  /// The maximum of each period over that of the one before, above 0 and at most 1; 1 by default.
  public let maximumDecay: Double

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public init(
    maximumLearningRate: Double, minimumLearningRate: Double = 0, firstPeriod: Int, periodMultiplier: Int = 2,
    maximumDecay: Double = 1
  ) throws(ScheduleError) {
    try ScheduleError.checkRate(maximumLearningRate, "maximum rate")
    try ScheduleError.checkEnd(minimumLearningRate, "minimum rate", to: maximumLearningRate, "maximum rate")
    try ScheduleError.checkSteps(firstPeriod, "first period")
    try ScheduleError.checkSteps(periodMultiplier, "period multiplier")
    try ScheduleError.check(
      maximumDecay > 0 && maximumDecay <= 1, "decay of the maximum", maximumDecay,
      "a number above 0 and at most 1")
    self.maximumLearningRate = maximumLearningRate
    self.minimumLearningRate = minimumLearningRate
    self.firstPeriod = firstPeriod
    self.periodMultiplier = periodMultiplier
    self.maximumDecay = maximumDecay
  }

  /// The formula's rate.
  public func learningRate(at step: Int) -> Double {
    let (index, start, length) = period(at: step)
    let maximum = max(maximumLearningRate * pow(maximumDecay, Double(index)), minimumLearningRate)
    let share = Double(max(step, 0) - start) / Double(length)
    return minimumLearningRate + (maximum - minimumLearningRate) * (1 + cos(.pi * share)) / 2
  }

  /// The period that a step belongs to: its number from 0, its first step, and its length.
  ///
  /// A period's last step is where a snapshot ensemble (Huang et al., 2017, arXiv 1704.00109) keeps the weights.
  public func period(at step: Int) -> (index: Int, start: Int, length: Int) {
    let step = max(step, 0)
    guard periodMultiplier > 1 else {
      let index = step / firstPeriod
      return (index, index * firstPeriod, firstPeriod)
    }
    var (index, start, length) = (0, 0, firstPeriod)
    while step - start >= length {
      start += length
      index += 1
      let (product, overflow) = length.multipliedReportingOverflow(by: periodMultiplier)
      length = overflow ? Int.max : product
    }
    return (index, start, length)
  }
}
