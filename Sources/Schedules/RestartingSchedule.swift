/// A schedule whose rate goes down at the end of each of its cycles: where a snapshot ensemble keeps the weights.
public protocol RestartingSchedule: Schedule {
  /// How many steps are done at the end of the cycle that a step belongs to.
  func cycleEnd(at step: Int) -> Int
}

extension CosineRestartsSchedule: RestartingSchedule {
  /// The end of the step's period.
  public func cycleEnd(at step: Int) -> Int {
    let period = period(at: step)
    return period.start + period.length
  }
}

extension CyclicalSchedule: RestartingSchedule {
  /// The foot after the step.
  public func cycleEnd(at step: Int) -> Int { (max(step, 0) / (2 * halfCycleSteps) + 1) * 2 * halfCycleSteps }
}
