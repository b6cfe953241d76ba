/// Constant rates, one after the other.
///
/// `rate(t) = rates[n]`, n the number of boundaries at or below t; past the last boundary it holds the last rate. With
/// rates that shrink by one factor it is the "multi-step" schedule of He et al. (2015, arXiv 1512.03385, section 3.4).
public struct PiecewiseSchedule: Schedule, Equatable {
  /// The steps at which a new rate begins, increasing, all above 0.
  public let boundaries: [Int]
  /// The rates, all above 0, one more than boundaries.
  public let learningRates: [Double]

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` for a rate that is not positive, boundaries that do not increase, or counts that do
  ///   not fit.
  public init(boundaries: [Int], learningRates: [Double]) throws(ScheduleError) {
    try ScheduleError.check(
      learningRates.count == boundaries.count + 1, "number of rates", learningRates.count,
      "one more than the \(boundaries.count) boundaries")
    for (index, rate) in learningRates.enumerated() {
      try ScheduleError.checkRate(rate, "rate number \(index + 1)")
    }
    for (index, boundary) in boundaries.enumerated() {
      let last = index > 0 ? boundaries[index - 1] : 0
      try ScheduleError.check(
        boundary > last, "boundary number \(index + 1)", boundary, "a step above \(last), the one before")
    }
    self.boundaries = boundaries
    self.learningRates = learningRates
  }

  /// The rate of the piece that the step lies in.
  public func learningRate(at step: Int) -> Double {
    var (low, high) = (0, boundaries.count)
    while low < high {
      let middle = (low + high) / 2
      if boundaries[middle] <= step { low = middle + 1 } else { high = middle }
    }
    return learningRates[low]
  }
}
