import MetaLR

/// The runs of a contender from one initial rate, and what it cost to come to them.
public struct ComparedRuns: Sendable {
  /// The contender's name; the method that it went on with is that of ``runs``.
  public let contender: String
  /// Optimizer steps of trainees spent once, before any task.
  public let priorSteps: Int
  /// What its search tried on this task; empty where there was none.
  public let search: [SearchResult]
  /// Whether the initial rate was given; otherwise the method has one of its own.
  public let isGivenInitialRate: Bool
  /// The runs, one a seed; none where the search suggested nothing.
  public let runs: MethodRuns
  /// Why its search suggested nothing; nil where there are runs.
  public var missing: String?

  /// The contender, and after a search what it found: "step-grid: step:0.01,50,0.9".
  public var label: String {
    guard missing == nil else { return "\(contender): no rate suggested" }
    return search.isEmpty ? contender : "\(contender): \(runs.method)"
  }

  /// Optimizer steps of trainees that its search spent on this task.
  public var searchSteps: Int { search.map(\.steps).reduce(0, +) }
}

/// What one candidate of a search came to.
public struct SearchResult: Encodable, Sendable {
  /// The candidate.
  public let method: String
  /// Its lowest validation loss, the mean over the seeds of the search.
  public let bestValidationLoss: Double
  /// How many of its runs diverged.
  public let diverged: Int
  /// Optimizer steps that its runs took; one that diverged took fewer.
  public let steps: Int

  /// What a range test came to.
  init(_ method: String, curve: RateCurve) {
    self.method = method
    bestValidationLoss = curve.points.map(\.validationLoss).filter(\.isFinite).min() ?? .infinity
    diverged = curve.stop == nil ? 0 : 1
    steps = curve.points.count
  }

  init(_ method: Method, runs: some Collection<TrainingRun>) {
    self.method = method.name
    bestValidationLoss = runs.map(\.best.validationLoss).reduce(0, +) / Double(runs.count)
    diverged = runs.count { $0.hasDiverged }
    steps = runs.map(\.final.step).reduce(0, +)
  }
}
