import Foundation

/// A rate that changes by the same factor at every step, from the initial to the final one.
///
/// `rate(t) = initial (final / initial)^(t / T)`, T `totalSteps`: a straight line on a logarithmic axis, falling or
/// rising. A fixed factor g a step, as in PyTorch's `ExponentialLR`, is a final rate of `initial g^T`.
public struct ExponentialSchedule: Schedule, Equatable {
  /// The rate at step 0, above 0.
  public let initialLearningRate: Double
  /// The rate at `totalSteps` and after, above 0.
  public let finalLearningRate: Double
  /// Steps from the initial to the final rate, at least 1.
  public let totalSteps: Int

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public init(
    initialLearningRate: Double, finalLearningRate: Double, totalSteps: Int
  ) throws(ScheduleError) {
    try ScheduleError.checkRate(initialLearningRate, "initial rate")
    try ScheduleError.checkRate(finalLearningRate, "final rate")
    try ScheduleError.check(
      (finalLearningRate / initialLearningRate).isNormal, "final rate", finalLearningRate,
      "one whose ratio to the initial rate, \(initialLearningRate), a double can hold")
    try ScheduleError.checkSteps(totalSteps, "number of steps")
    self.initialLearningRate = initialLearningRate
    self.finalLearningRate = finalLearningRate
    self.totalSteps = totalSteps
  }

  /// The formula's rate.
  public func learningRate(at step: Int) -> Double {
    guard step < totalSteps else { return finalLearningRate }
    let share = Double(max(step, 0)) / Double(totalSteps)
    return initialLearningRate * exp(share * log(finalLearningRate / initialLearningRate))
  }
}
