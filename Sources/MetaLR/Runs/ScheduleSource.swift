import Schedules

/// A schedule as a source of rates: every step has its own.
public struct ScheduleSource: RateSource, Sendable {
  /// The schedule.
  public let schedule: any Schedule

  /// Creates a source that follows `schedule`.
  public init(_ schedule: any Schedule) {
    self.schedule = schedule
  }

  /// The schedule's rates of the steps after the observation's.
  public func learningRates(after observation: Observation, steps: Int) -> [Double] {
    (observation.step..<observation.step + steps).map { schedule.learningRate(at: $0) }
  }
}
