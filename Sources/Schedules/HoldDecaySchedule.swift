import Foundation

/// A rate that is held for a share of the run and then falls to the final one.
///
/// With p the share of the fall that is done, `p = (t / T - h) / (1 - h)`, T `totalSteps` and h `holdShare`:
/// the initial rate up to p = 0, then `final + (initial - final) f(p)` with f by the shape. With a cosine it
/// is the schedule of the configurations of Metz et al. (2020, arXiv 2002.11887), "OptList".
public struct HoldDecaySchedule: Schedule, Equatable {
  /// How the rate falls.
  public enum Shape: Sendable, Equatable {
    /// Along a straight line: `f = 1 - p`.
    case linear
    /// Along half a cosine: `f = (1 + cos(pi p)) / 2`.
    case cosine
  }

  /// The rate that is held, above 0.
  public let initialLearningRate: Double
  /// The rate at `totalSteps` and after, from 0 to the initial rate; 0 by default.
  public let finalLearningRate: Double
  /// The share of the steps before the fall, in [0, 1].
  public let holdShare: Double
  /// How the rate falls.
  public let shape: Shape
  /// Steps of the run, at least 1.
  public let totalSteps: Int

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public init(
    initialLearningRate: Double, finalLearningRate: Double = 0, holdShare: Double, shape: Shape,
    totalSteps: Int
  ) throws(ScheduleError) {
    try ScheduleError.checkRate(initialLearningRate, "initial rate")
    try ScheduleError.checkEnd(finalLearningRate, "final rate", to: initialLearningRate, "initial rate")
    try ScheduleError.check(
      holdShare >= 0 && holdShare <= 1, "share before the fall", holdShare, "a number from 0 to 1")
    try ScheduleError.checkSteps(totalSteps, "number of steps")
    self.initialLearningRate = initialLearningRate
    self.finalLearningRate = finalLearningRate
    self.holdShare = holdShare
    self.shape = shape
    self.totalSteps = totalSteps
  }

  /// The formula's rate.
  public func learningRate(at step: Int) -> Double {
    let share = Double(min(max(step, 0), totalSteps)) / Double(totalSteps)
    guard share > holdShare else { return initialLearningRate }
    let done = (share - holdShare) / (1 - holdShare)
    let left =
      switch shape {
      case .linear: 1 - done
      case .cosine: (1 + cos(.pi * done)) / 2
      }
    return finalLearningRate + (initialLearningRate - finalLearningRate) * left
  }
}

extension HoldDecaySchedule {
  /// Warm-up, stable, decay: a straight rise, a constant rate, and a straight fall to 0.
  ///
  /// The rise has the steps of a ``WarmUpSchedule`` of `warmUpShare * totalSteps` steps, rounded. Hu et al.
  /// (2024, arXiv 2404.06395, section 4), with the straight fall over a fifth of the run of Hägele et al.
  /// (2024, arXiv 2405.18392, section 3).
  ///
  /// - Parameters:
  ///   - peakLearningRate: The rate that is held, above 0.
  ///   - warmUpShare: The share of the steps that the rise takes, at least 0; 0.05 by default.
  ///   - decayShare: The share of the steps that the fall takes, above 0; with the rise at most 1; 0.2 by
  ///     default.
  ///   - totalSteps: Steps of the run, at least 1.
  /// - Returns: The schedule, with its warm-up in front.
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public static func warmUpStableDecay(
    peakLearningRate: Double, warmUpShare: Double = 0.05, decayShare: Double = 0.2, totalSteps: Int
  ) throws(ScheduleError) -> any Schedule {
    try ScheduleError.checkRate(peakLearningRate, "peak rate")
    try ScheduleError.checkSteps(totalSteps, "number of steps")
    try ScheduleError.check(
      warmUpShare >= 0 && warmUpShare < 1, "share of the warm-up", warmUpShare,
      "a number from 0 to below 1")
    try ScheduleError.check(
      decayShare > 0 && warmUpShare + decayShare <= 1, "share of the decay", decayShare,
      "a number above 0 that makes at most 1 with the share of the warm-up, \(warmUpShare)")
    let warmUpSteps = min(Int((warmUpShare * Double(totalSteps)).rounded()), totalSteps - 1)
    let steps = totalSteps - warmUpSteps
    let heldSteps = (1 - decayShare) * Double(totalSteps) - Double(warmUpSteps)
    let base = try HoldDecaySchedule(
      initialLearningRate: peakLearningRate, holdShare: min(max(heldSteps / Double(steps), 0), 1),
      shape: .linear, totalSteps: steps)
    return warmUpSteps > 0 ? try WarmUpSchedule(base: base, warmUpSteps: warmUpSteps) : base
  }
}
