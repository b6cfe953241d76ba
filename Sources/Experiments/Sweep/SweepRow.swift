import MetaLR

/// What the rates of one subject of a sweep came to.
public struct SweepRow: Sendable {
  /// The network's name.
  public let model: String
  /// The optimizer's name.
  public let optimizer: String
  /// What was trained.
  public let trainee: ProblemDescription
  /// One result a rate, with increasing rates.
  public let results: [SweepResult]

  /// A subject's results.
  public init(_ subject: SweepSubject, results: [SweepResult]) {
    model = subject.model
    optimizer = subject.optimizer
    trainee = subject.problem.description
    self.results = results
  }

  /// The best rate and what the others came to; a rate counts as the median of its seeds.
  public var summary: Summary { Summary(self) }

  /// What the rates of one optimizer on one network came to.
  public struct Summary: Encodable, Sendable {
    /// The network's name.
    public let model: String
    /// The optimizer's name.
    public let optimizer: String
    /// The rate with the fewest steps; of equals, the lowest; nil where none reached the target.
    public let bestLearningRate: Double?
    /// Steps of the best rate to the target.
    public let stepsToTarget: Int?
    /// Seconds of the best rate's run, without measuring accuracy.
    public let seconds: Double?
    /// The lowest and the highest rate that reached the target.
    public let reachingRange: [Double]?
    /// Rates that reached the target.
    public let reached: Int
    /// Rates that did not reach it in time.
    public let notReached: Int
    /// Rates that diverged.
    public let diverged: Int
    /// Each rate.
    public let rates: [Rate]

    /// What the seeds of one rate came to: the median, and how many ended in which way.
    public struct Rate: Encodable, Sendable {
      /// The rate.
      public let learningRate: Double
      /// How the median ended.
      public let outcome: SweepRun.Outcome
      /// The median's steps.
      public let steps: Int
      /// The median's seconds, without measuring accuracy.
      public let seconds: Double
      /// Seeds that reached the target.
      public let reached: Int
      /// Seeds that did not reach it in time.
      public let notReached: Int
      /// Seeds that diverged.
      public let diverged: Int

      init(_ result: SweepResult) {
        let median = result.median
        learningRate = result.learningRate
        (outcome, steps, seconds) = (median.outcome, median.steps, median.seconds)
        (reached, notReached, diverged) = (
          result.count(of: .reached), result.count(of: .notReached), result.count(of: .diverged)
        )
      }
    }

    init(_ row: SweepRow) {
      model = row.model
      optimizer = row.optimizer
      let rates = row.results.map(Rate.init)
      let reaching = rates.filter { $0.outcome == .reached }
      let best = reaching.min { $0.steps < $1.steps }
      bestLearningRate = best?.learningRate
      stepsToTarget = best?.steps
      seconds = best?.seconds
      reachingRange =
        reaching.isEmpty ? nil : [reaching[0].learningRate, reaching[reaching.count - 1].learningRate]
      func count(_ outcome: SweepRun.Outcome) -> Int { rates.count { $0.outcome == outcome } }
      (reached, notReached, diverged) = (count(.reached), count(.notReached), count(.diverged))
      self.rates = rates
    }
  }
}
