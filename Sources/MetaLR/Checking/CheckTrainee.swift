/// Runs a trainee through its contract and names each rule that it breaks.
///
/// ```swift
/// let report = try checkTrainee(MyTrainee())
/// for violation in report.violations { print(violation.rule.sentence, violation.detail) }
/// ```
///
/// It plays about twenty short runs. A trainee that throws breaks the rule that was being checked; the other rules
/// are checked all the same.
///
/// - Parameters:
///   - trainee: Who is checked; left in any state.
///   - configuration: How long the runs are, at which rates and seeds.
/// - Returns: One finding a rule.
/// - Throws: ``ConfigurationError`` for a configuration out of range.
public func checkTrainee(
  _ trainee: any Trainee, configuration: TraineeCheckConfiguration = TraineeCheckConfiguration()
) throws(ConfigurationError) -> TraineeCheckReport {
  try configuration.validate()
  let checks = TraineeChecks(trainee: trainee, configuration: configuration)
  return TraineeCheckReport(findings: TraineeRule.allCases.map(checks.finding))
}

/// The runs by which a trainee is checked.
public struct TraineeCheckConfiguration: Sendable, Equatable {
  /// A rate at which the trainee learns, positive; 0.01 by default.
  public var learningRate = 0.01
  /// Steps between two observations, from 2 to 1,000,000; 4 by default.
  public var interval = 4
  /// A rate at which its loss may be anything; 1e6 by default.
  public var divergingLearningRate = 1e6
  /// The seed of most runs; the one after it is the other; 1 by default.
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}

  /// Checks the numbers against the ranges that the properties document.
  ///
  /// - Throws: ``ConfigurationError`` that names the number.
  public func validate() throws(ConfigurationError) {
    for (name, rate) in [
      ("learning rate", learningRate), ("diverging learning rate", divergingLearningRate),
    ] where !(rate > 0 && rate.isFinite) {
      throw ConfigurationError(name: name, value: "\(rate)", expected: "a positive, finite number")
    }
    guard (2...1_000_000).contains(interval) else {
      throw ConfigurationError(
        name: "interval", value: "\(interval)", expected: "a whole number from 2 to 1000000")
    }
  }
}
