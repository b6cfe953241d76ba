import MetaLR

/// Whether a run takes observations.
enum RunStatus: String, Codable, CaseIterable, Sendable {
  /// It does.
  case open
  /// Its job finished it, or its steps are used up.
  case finished
  /// Its guardian gave it up.
  case stopped
  /// It fell silent; its next observation opens it again.
  case abandoned
}

/// A training run: what was asked for, and where it stands.
struct Run: Sendable, Equatable {
  /// Its row in the database.
  let key: Int64
  /// What clients call it.
  let id: String
  /// The name of the token that it belongs to.
  let owner: String
  let request: RunRequest
  /// SHA-256 of the checkpoint that decides for it.
  let controllerHash: String
  /// When it was opened, ISO 8601.
  let created: String
  /// What else decides for it, from its beginning to its end.
  let rules: RunRules
  /// The version of the build that it began under; see ``RunRules/decisionVersion``.
  let decisionVersion: Int
  var status: RunStatus
  /// How often it was rewound.
  var rewinds: Int
  /// When it was opened, finished or rewound, in milliseconds since 1970.
  var touched: Int64
  /// The latest decision; nil before the first.
  var last: StoredDecision?

  /// When it was last heard of, in milliseconds since 1970.
  var seen: Int64 { max(touched, last?.time ?? 0) }

  /// The rate in force.
  var learningRate: Double { last?.answer.learningRate ?? request.initialLearningRate }

  /// The step of the observation that comes next; nil when the steps are used up.
  var nextStep: Int? {
    guard let last else { return 0 }
    return last.step < request.totalSteps
      ? min(last.step + request.interval, request.totalSteps) : nil
  }

  /// Whether an observation at `step` has been answered, or will be when its turn comes.
  func observes(_ step: Int) -> Bool {
    step == request.totalSteps
      || (step >= 0 && step < request.totalSteps && step.isMultiple(of: request.interval))
  }
}
