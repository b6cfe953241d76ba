/// What is known of the runs of a problem that the problem itself does not decide: where they begin, and what their
/// controller is told.
public struct RunConditions: Sendable, Equatable {
  /// Decades around the usual rate that runs begin at, uniformly; nil for what a training says.
  public var initialRateDecades: ClosedRange<Double>?
  /// Measures that the controller is not told, whatever the trainee reports.
  public var absent: Set<Measure>
  /// Whether the controller may look before the first step.
  public var looks: Bool

  /// Creates conditions; the properties document each part.
  public init(
    initialRateDecades: ClosedRange<Double>? = nil, absent: Set<Measure> = [], looks: Bool = true
  ) {
    self.initialRateDecades = initialRateDecades
    self.absent = absent
    self.looks = looks
  }
}

/// A source of rates that is told no more of a run than its conditions say; rewards and results are still of the whole run.
public struct ConditionedSource<Source: RateSource>: RateSource {
  /// The source, with what it has seen so far.
  public private(set) var source: Source
  private let conditions: RunConditions?

  /// Puts a source under conditions; nil for none.
  public init(_ source: Source, under conditions: RunConditions?) {
    self.source = source
    self.conditions = conditions
  }

  /// The source's rates.
  public mutating func learningRates(after observation: Observation, steps: Int) throws -> [Double] {
    try source.learningRates(after: observation.told(under: conditions), steps: steps)
  }

  /// The source's first rate; the given one where it may not look.
  public mutating func firstLearningRate(
    after observation: Observation, look: (Double) throws -> Observation?
  ) throws -> Double {
    guard conditions?.looks ?? true else { return observation.learningRate }
    return try source.firstLearningRate(after: observation.told(under: conditions)) { [conditions] in
      try look($0).map { $0.told(under: conditions) }
    }
  }

  /// The source's decisions.
  public var decisions: [GuardedDecision] { source.decisions }

  /// Whether the source goes back.
  public func goesBack(after observation: Observation) -> Bool {
    source.goesBack(after: observation.told(under: conditions))
  }
}

extension ConditionedSource: Sendable where Source: Sendable {}

extension Observation {
  /// What is left of a reading under conditions.
  fileprivate func told(under conditions: RunConditions?) -> Observation {
    guard let conditions, !conditions.absent.isEmpty else { return self }
    var told = self
    for measure in conditions.absent { told[measure] = nil }
    return told
  }
}
