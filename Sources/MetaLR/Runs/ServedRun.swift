/// What a run that a service decided for tells of its problem: length, rhythm, beginning, facts; no losses, no names, no data.
public struct ServedRun: Codable, Sendable, Equatable {
  /// Optimizer steps of the run.
  public var totalSteps: Int
  /// Steps between two decisions.
  public var interval: Int
  /// The rate that it began with.
  public var initialLearningRate: Double
  /// Whether its controller looked before the first step.
  public var looks: Bool
  /// The measures that it never reported, in the order of `Measure.allCases`.
  public var absent: [Measure]
  // By name: in JSON a dictionary of measures would have no fixed order.
  private var facts: [String: Double]

  /// A run.
  ///
  /// - Parameters:
  ///   - totalSteps: Optimizer steps, at least 1.
  ///   - interval: Steps between two decisions, at least 1.
  ///   - initialLearningRate: The rate that it began with.
  ///   - looks: Whether its controller looked before the first step.
  ///   - facts: What it reported of `Measure.isFact`; what is not finite is left out.
  ///   - absent: The measures that it never reported; required ones are left out.
  public init(
    totalSteps: Int, interval: Int, initialLearningRate: Double, looks: Bool = true,
    facts: [Measure: Double] = [:], absent: Set<Measure> = []
  ) {
    self.totalSteps = totalSteps
    self.interval = interval
    self.initialLearningRate = initialLearningRate
    self.looks = looks
    self.absent = Measure.allCases.filter { absent.contains($0) && !$0.isRequired }
    self.facts = Dictionary(
      uniqueKeysWithValues: facts.filter { $0.key.isFact && $0.value.isFinite }.map {
        ($0.key.rawValue, $0.value)
      })
  }

  /// The value of a fact; nil where it was not reported.
  public subscript(_ fact: Measure) -> Double? { facts[fact.rawValue] }

  /// How many decisions the whole run takes.
  public var decisions: Int { max(totalSteps - 1, 0) / max(interval, 1) + 1 }
}
