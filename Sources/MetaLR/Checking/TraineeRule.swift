/// What the `Trainee` protocol promises, as rules that can be checked.
public enum TraineeRule: String, CaseIterable, Codable, Sendable {
  /// `reset` answers with step 0, the budget and the rate that it was given.
  case startsAtZero = "starts at zero"
  /// Observations at an ordinary rate are finite.
  case finiteObservations = "finite observations"
  /// Variances of probabilities are in [0, 0.25], those of their changes in [0, 1], those of weights not negative.
  case possibleNumbers = "possible numbers"
  /// `train` counts one step a rate, keeps the budget, and reports the last of the rates.
  case countsSteps = "counts steps"
  /// The same seed gives the same run, bit for bit, whatever ran before.
  case sameSeedSameRun = "same seed, same run"
  /// Another seed gives another run.
  case seedsDiffer = "seeds differ"
  /// Each step is taken at its own rate: rates in one call do what they do in two, and their order matters.
  case respectsRates = "respects rates"
  /// A run goes on from a restored snapshot as it did before, bit for bit.
  case restoresSnapshots = "restores snapshots"
  /// Taking and discarding a snapshot leaves the run as it was.
  case snapshotsAreSilent = "snapshots leave the run alone"
  /// `evaluate` answers a finite loss and an accuracy in [0, 1], twice the same, and leaves the run as it was.
  case evaluationIsSilent = "evaluation leaves the run alone"
  /// A rate that makes the run diverge is answered with an observation, and the next `reset` begins anew.
  case survivesDivergence = "survives divergence"

  /// What the rule says, as a sentence.
  public var sentence: String {
    switch self {
    case .startsAtZero: "reset answers with step 0, the budget and the rate that it was given."
    case .finiteObservations: "Observations at an ordinary rate are finite."
    case .possibleNumbers: "Variances are in the range that they can have."
    case .countsSteps: "train counts one step a rate, keeps the budget, and reports the last rate."
    case .sameSeedSameRun: "The same seed gives the same run, bit for bit, whatever ran before."
    case .seedsDiffer: "Another seed gives another run."
    case .respectsRates: "Each step is taken at its own rate."
    case .restoresSnapshots:
      "A run goes on from a restored snapshot as it did before, bit for bit, also after it diverged."
    case .snapshotsAreSilent: "Taking and discarding a snapshot leaves the run as it was."
    case .evaluationIsSilent: "evaluate leaves the run as it was, and repeats itself."
    case .survivesDivergence: "A diverging run is answered with observations, and reset begins anew."
    }
  }
}

/// What checking a trainee came to.
public struct TraineeCheckReport: Codable, Sendable, Equatable {
  /// What came of one rule.
  public struct Finding: Codable, Sendable, Equatable {
    /// The rule.
    public let rule: TraineeRule
    /// Whether it is kept; nil where the trainee says that it cannot do what the rule is about.
    public let isKept: Bool?
    /// What was seen where it is broken or not checked; empty where it is kept.
    public let detail: String
  }

  /// One finding a rule, in the order of the rules.
  public let findings: [Finding]

  /// The broken rules.
  public var violations: [Finding] { findings.filter { $0.isKept == false } }
}
