import Foundation

/// A rate that is multiplied by a factor every so many steps.
///
/// `rate(t) = initial factor^floor(t / d)`, d `discountStep`; it never ends. The baseline of Xu, Dai, Kemp and Metz
/// (2019, arXiv 1909.09712, section 4), whose names these are.
public struct StepDecaySchedule: Schedule, Equatable {
  /// The rate of the first `discountStep` steps, above 0.
  public let initialLearningRate: Double
  /// Steps between two discounts, at least 1.
  public let discountStep: Int
  /// The factor of each discount, above 0 and at most 1.
  public let discountFactor: Double

  /// Creates the schedule.
  ///
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public init(
    initialLearningRate: Double, discountStep: Int, discountFactor: Double
  ) throws(ScheduleError) {
    try ScheduleError.checkRate(initialLearningRate, "initial rate")
    try ScheduleError.checkSteps(discountStep, "discount step")
    try ScheduleError.check(
      discountFactor > 0 && discountFactor <= 1, "discount factor", discountFactor,
      "a number above 0 and at most 1")
    self.initialLearningRate = initialLearningRate
    self.discountStep = discountStep
    self.discountFactor = discountFactor
  }

  /// The formula's rate.
  public func learningRate(at step: Int) -> Double {
    initialLearningRate * pow(discountFactor, Double(max(step, 0) / discountStep))
  }

  /// The 48 schedules that the paper searched: initial rates 0.1, 0.01, 0.001, 0.0001, times discount steps 10, 20,
  /// 50, 100, times discount factors 0.99, 0.9, 0.88, in that order.
  public static let paperGrid: [StepDecaySchedule] = [0.1, 0.01, 0.001, 0.0001].flatMap { rate in
    [10, 20, 50, 100].flatMap { step in
      [0.99, 0.9, 0.88].map { StepDecaySchedule(valid: rate, step, $0) }
    }
  }

  private init(valid initialLearningRate: Double, _ discountStep: Int, _ discountFactor: Double) {
    self.initialLearningRate = initialLearningRate
    self.discountStep = discountStep
    self.discountFactor = discountFactor
  }
}
