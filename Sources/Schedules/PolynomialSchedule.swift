import Foundation

/// A rate that falls, or rises, to the final one along a power of the steps left.
///
/// `rate(t) = final + (initial - final) (1 - t / T)^p`, T `totalSteps`, p `power`; a power of 1 is a straight line.
/// Liu, Rabinovich and Berg (2015, arXiv 1506.04579, section 3) call it "poly".
public struct PolynomialSchedule: Schedule, Equatable {
  /// The rate at step 0, at least 0.
  public let initialLearningRate: Double
  /// The rate at `totalSteps` and after, at least 0; 0 by default.
  public let finalLearningRate: Double
  /// The exponent, above 0.
  public let power: Double
  /// Steps from the initial to the final rate, at least 1.
  public let totalSteps: Int

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` for a number outside its range, or for two rates of 0.
  public init(
    initialLearningRate: Double, finalLearningRate: Double = 0, power: Double, totalSteps: Int
  ) throws(ScheduleError) {
    try ScheduleError.checkRate(max(initialLearningRate, finalLearningRate), "higher of the two rates")
    for (name, rate) in [("initial rate", initialLearningRate), ("final rate", finalLearningRate)] {
      try ScheduleError.check(rate >= 0 && rate.isFinite, name, rate, "a number of at least 0")
    }
    try ScheduleError.check(power > 0 && power.isFinite, "power", power, "a positive number")
    try ScheduleError.checkSteps(totalSteps, "number of steps")
    self.initialLearningRate = initialLearningRate
    self.finalLearningRate = finalLearningRate
    self.power = power
    self.totalSteps = totalSteps
  }

  /// A straight line from the initial to the final rate.
  ///
  /// `rate(t) = initial + (final - initial) t / T`.
  ///
  /// - Parameters:
  ///   - initialLearningRate: The rate at step 0, at least 0.
  ///   - finalLearningRate: The rate at `totalSteps` and after, at least 0; 0 by default.
  ///   - totalSteps: Steps from the initial to the final rate, at least 1.
  /// - Returns: A polynomial schedule with the power 1.
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public static func linear(
    initialLearningRate: Double, finalLearningRate: Double = 0, totalSteps: Int
  ) throws(ScheduleError) -> PolynomialSchedule {
    try PolynomialSchedule(
      initialLearningRate: initialLearningRate, finalLearningRate: finalLearningRate, power: 1,
      totalSteps: totalSteps)
  }

  /// The formula's rate.
  public func learningRate(at step: Int) -> Double {
    let left = 1 - Double(min(max(step, 0), totalSteps)) / Double(totalSteps)
    return finalLearningRate + (initialLearningRate - finalLearningRate) * pow(left, power)
  }
}
