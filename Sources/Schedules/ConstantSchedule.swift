/// The same rate at every step.
public struct ConstantSchedule: Schedule, Equatable {
  /// The rate, above 0.
  public let learningRate: Double

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` when the rate is not a positive number.
  public init(learningRate: Double) throws(ScheduleError) {
    try ScheduleError.checkRate(learningRate, "rate")
    self.learningRate = learningRate
  }

  /// The rate, whatever the step.
  public func learningRate(at step: Int) -> Double { learningRate }
}
