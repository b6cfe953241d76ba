import Foundation

/// A rate that goes up and down between two bounds along straight lines.
///
/// With `c = floor(1 + t / 2s)` the number of the cycle and `x = |t / s - 2c + 1|`:
/// `rate(t) = low + (high - low) max(0, 1 - x) k`, s `halfCycleSteps` and k by the shape. It never ends. Smith (2015,
/// arXiv 1506.01186, section 3).
public struct CyclicalSchedule: Schedule, Equatable {
  /// How the height of the cycles changes.
  public enum Shape: Sendable, Equatable {
    /// All cycles have the same height: k = 1.
    case triangular
    /// Each cycle has half the height of the one before: `k = 2^(1 - c)`.
    case triangular2
    /// The height falls at every step: `k = gamma^t`, gamma above 0 and at most 1.
    case exponentialRange(gamma: Double)
  }

  /// The rate at the feet of the cycles, at least 0.
  public let minimumLearningRate: Double
  /// The rate at the top of the first cycle, not below the minimum.
  public let maximumLearningRate: Double
  /// Steps from foot to top, at least 1; the paper advises 2 to 10 epochs.
  public let halfCycleSteps: Int
  /// How the height changes.
  public let shape: Shape

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public init(
    minimumLearningRate: Double, maximumLearningRate: Double, halfCycleSteps: Int, shape: Shape = .triangular
  ) throws(ScheduleError) {
    try ScheduleError.checkRate(maximumLearningRate, "maximum rate")
    try ScheduleError.checkEnd(minimumLearningRate, "minimum rate", to: maximumLearningRate, "maximum rate")
    try ScheduleError.checkSteps(halfCycleSteps, "number of steps of half a cycle")
    if case .exponentialRange(let gamma) = shape {
      try ScheduleError.check(gamma > 0 && gamma <= 1, "gamma", gamma, "a number above 0 and at most 1")
    }
    self.minimumLearningRate = minimumLearningRate
    self.maximumLearningRate = maximumLearningRate
    self.halfCycleSteps = halfCycleSteps
    self.shape = shape
  }

  /// The formula's rate.
  public func learningRate(at step: Int) -> Double {
    let step = max(step, 0)
    let (half, place) = step.quotientAndRemainder(dividingBy: halfCycleSteps)
    let rise = Double(place) / Double(halfCycleSteps)
    let height = half.isMultiple(of: 2) ? rise : 1 - rise
    let scale =
      switch shape {
      case .triangular: 1.0
      case .triangular2: pow(2, -Double(half / 2))
      case .exponentialRange(let gamma): pow(gamma, Double(step))
      }
    return minimumLearningRate + (maximumLearningRate - minimumLearningRate) * height * scale
  }
}
