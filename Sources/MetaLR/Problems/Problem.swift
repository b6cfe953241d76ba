import Schedules

/// Everything that decides a training run but its seed and its rates: data, network, loss, optimizer, batch, length.
public struct Problem: Sendable {
  /// What cards, tables and journals say of it; two problems of one description are the same.
  public var description: ProblemDescription
  /// How long its runs last, how often their rate is decided, and when they count as diverged.
  public var plan: RunPlan
  /// A rate that usually does for its optimizer, positive.
  public var usualLearningRate: Double
  /// Loss of the best constant prediction; gives nil where nobody knows.
  public var chanceLoss: @Sendable () -> Double?
  /// What is known of the beginning of its runs and of what their controller is told; nil, the default, for what a training
  /// says.
  public var conditions: RunConditions?
  /// A schedule to imitate on it; nil for none.
  public var teacher: ScheduleSpecification?
  /// The same problem with another optimizer or another average of the weights, both named as on a command line, and nil
  /// for its own; nil where it cannot be changed.
  public var with: (@Sendable (_ optimizer: String?, _ averaging: String?) throws -> Problem)?
  /// Makes a trainee of it; may turn an idle trainee of another problem into one of this instead.
  public var trainee: @Sendable (_ idle: (any Trainee)?) throws -> any Trainee

  /// Creates a problem; the properties document each part.
  public init(
    _ description: ProblemDescription, plan: RunPlan, usualLearningRate: Double = 1e-3,
    chanceLoss: @escaping @Sendable () -> Double? = { nil }, conditions: RunConditions? = nil,
    teacher: ScheduleSpecification? = nil,
    with: (@Sendable (_ optimizer: String?, _ averaging: String?) throws -> Problem)? = nil,
    trainee: @escaping @Sendable (_ idle: (any Trainee)?) throws -> any Trainee
  ) {
    self.description = description
    self.plan = plan
    self.usualLearningRate = usualLearningRate
    self.chanceLoss = chanceLoss
    self.conditions = conditions
    self.teacher = teacher
    self.with = with
    self.trainee = trainee
  }
}
