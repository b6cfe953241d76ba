import Foundation

/// Half a cosine from the initial rate to the final one, over all steps.
///
/// `rate(t) = final + (initial - final) (1 + cos(pi t / T)) / 2`, T `totalSteps`. Loshchilov and Hutter (2016, arXiv
/// 1608.03983), equation 5, without restarts.
public struct CosineSchedule: Schedule, Equatable {
  /// The rate at step 0, above 0.
  public let initialLearningRate: Double
  /// The rate at `totalSteps` and after, from 0 to the initial rate; 0 by default.
  public let finalLearningRate: Double
  /// Steps from the initial to the final rate, at least 1.
  public let totalSteps: Int

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public init(
    initialLearningRate: Double, finalLearningRate: Double = 0, totalSteps: Int
  ) throws(ScheduleError) {
    try ScheduleError.checkRate(initialLearningRate, "initial rate")
    try ScheduleError.checkEnd(finalLearningRate, "final rate", to: initialLearningRate, "initial rate")
    try ScheduleError.checkSteps(totalSteps, "number of steps")
    self.initialLearningRate = initialLearningRate
    self.finalLearningRate = finalLearningRate
    self.totalSteps = totalSteps
  }

  /// The formula's rate.
  public func learningRate(at step: Int) -> Double {
    let share = Double(min(max(step, 0), totalSteps)) / Double(totalSteps)
    return finalLearningRate + (initialLearningRate - finalLearningRate) * (1 + cos(.pi * share)) / 2
  }
}
