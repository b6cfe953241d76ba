import Foundation

/// Rates recorded from another run: a controller's, or the best of a population's.
///
/// Each rate holds from its step to the next recorded one; the first also before its step, the last for ever.
public struct ReplaySchedule: Schedule, Equatable {
  /// The steps at which a rate begins, increasing, from 0 up.
  public let steps: [Int]
  /// The rates, one a step, from 0 to 1e30.
  public let learningRates: [Double]

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` when there is no rate, the counts differ, a rate is not a number of at least 0, or
  ///   the steps do not increase.
  public init(steps: [Int], learningRates: [Double]) throws(ScheduleError) {
    guard !steps.isEmpty, steps.count == learningRates.count else {
      throw ScheduleError(
        "There are \(steps.count) steps and \(learningRates.count) rates; give at least one, and a rate a step."
      )
    }
    for index in steps.indices {
      try Self.check(
        step: steps[index], after: index > 0 ? steps[index - 1] : nil, learningRate: learningRates[index],
        place: "entry \(index + 1)")
    }
    self.steps = steps
    self.learningRates = learningRates
  }

  /// The rate recorded last, at or before `step`.
  public func learningRate(at step: Int) -> Double {
    var (low, high) = (0, steps.count)
    while low < high {
      let middle = (low + high) / 2
      if steps[middle] <= step { low = middle + 1 } else { high = middle }
    }
    return learningRates[max(low - 1, 0)]
  }

  static func check(
    step: Int, after last: Int?, learningRate: Double, place: String
  ) throws(ScheduleError) {
    guard step >= 0, last.map({ step > $0 }) ?? true else {
      let before = last.map { "comes after step \($0)" } ?? "is negative"
      throw ScheduleError(
        "Step \(step) of \(place) \(before); the steps of one run must increase from 0. Give the rows of one run."
      )
    }
    guard learningRate >= 0, learningRate <= ScheduleError.highestRate else {
      throw ScheduleError(
        "The rate of \(place) is \(learningRate); give a number from 0 to \(ScheduleError.highestRate).")
    }
  }
}
