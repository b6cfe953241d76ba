/// The record of one training run: what was observed, and how it ended.
public struct TrainingRun: Codable, Sendable, Equatable {
  /// The seed of weights and data order.
  public let seed: UInt64
  /// Every observation, the one at step 0 first.
  ///
  /// Each carries the rate of the steps before it.
  public let observations: [Observation]
  /// Whether the run ended early because its loss was not finite or above the plan's bound, or because its guardian
  /// gave it up.
  public let hasDiverged: Bool
  /// Loss and accuracy on the test split, with the weights of the best validation loss.
  public let test: Evaluation
  /// What the guardian decided, one for each reading that it was asked about; nil where there was no guardian.
  public let decisions: [GuardedDecision]?

  /// Reads a run, which has at least the observation at step 0.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    seed = try container.decode(UInt64.self, forKey: .seed)
    observations = try container.decode([Observation].self, forKey: .observations)
    hasDiverged = try container.decode(Bool.self, forKey: .hasDiverged)
    test = try container.decode(Evaluation.self, forKey: .test)
    decisions = try container.decodeIfPresent([GuardedDecision].self, forKey: .decisions)
    guard !observations.isEmpty else {
      throw DecodingError.dataCorruptedError(
        forKey: .observations, in: container, debugDescription: "a run without an observation")
    }
    guard observations.allSatisfy({ (0...Self.mostSteps).contains($0.step) }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .observations, in: container, debugDescription: "a step that no run has")
    }
  }

  /// Far above what a plan allows, and far from where sums over runs overflow.
  private static let mostSteps = 1 << 40

  /// The observation of the lowest validation loss after step 0, the first of equals; that of step 0 when no later one is
  /// finite.
  public var best: Observation {
    observations.dropFirst().filter(\.isFinite).min { $0.validationLoss < $1.validationLoss }
      ?? observations[0]
  }

  /// The last observation.
  public var final: Observation { observations[observations.count - 1] }

  /// Drives a trainee from its first step to its last.
  ///
  /// The weights of the best validation loss so far are kept; at the end they are tested, as in Xu et al. (2019),
  /// section 4. The trainee is left with them. A source that sends the run back (``RateSource/goesBack(after:)``) has it
  /// go on from them too; the steps since then are spent, and readings count them.
  ///
  /// - Parameters:
  ///   - trainee: Reset first.
  ///   - source: Decides the rates.
  ///   - seed: Decides weights and data order.
  ///   - initialLearningRate: The rate that the first observation reports.
  ///   - plan: Length, decisions and bound.
  ///   - shouldStop: Asked before every interval.
  ///   - onReading: Told of every observation after the first.
  /// - Throws: ``ConfigurationError`` for an impossible plan, ``Interrupted`` when `shouldStop` said so, or what the trainee
  ///   or the source throws. A trainee's process that failed is started again, as often as it allows, and the run begun
  ///   anew.
  public init(
    of trainee: any Trainee, ratesFrom source: inout some RateSource, seed: UInt64,
    initialLearningRate: Double,
    plan: RunPlan, shouldStop: () -> Bool = { false }, onReading: (Observation) -> Void = { _ in }
  ) throws {
    try plan.validate()
    let course = try RunCourse.driven(
      trainee, by: &source, seed: seed, initialLearningRate: initialLearningRate, plan: plan, keepsBest: true,
      shouldStop: shouldStop, onReading: onReading)
    self.seed = seed
    observations = course.observations
    hasDiverged = course.hasDiverged
    test = try trainee.evaluate()
    decisions = source.decisions.isEmpty ? nil : source.decisions
  }
}

/// A long piece of work stopped because the caller asked it to.
public struct Interrupted: Error, Sendable, Equatable, CustomStringConvertible {
  /// Creates the error.
  public init() {}

  /// A sentence for the user.
  public var description: String { "Interrupted." }
}
