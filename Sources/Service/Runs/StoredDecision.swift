import MetaLR

/// One decision as it is stored: what was reported, what was answered, and the state after it.
struct StoredDecision: Sendable, Equatable {
  let observation: ReportedObservation
  let answer: GuardedDecision
  let state: GuardedController.State
  /// When it was made, in milliseconds since 1970; 0 where that was not stored yet.
  var time: Int64 = 0
  /// Binds it to the decision before; see ``DecisionChain``.
  var link: [UInt8] = []

  var step: Int { observation.step }

  /// Whether both answer the same question in the same way, whenever they were made.
  static func == (one: StoredDecision, other: StoredDecision) -> Bool {
    one.observation == other.observation && one.answer == other.answer && one.state == other.state
  }
}

/// The answer to an observation, as JSON.
struct DecisionAnswer: Codable, Sendable, Equatable {
  let step: Int
  let learningRate: Double
  let scale: Double
  let verdict: Verdict
  let source: String
  let outOfDistribution: Double?

  init(_ decision: StoredDecision) {
    step = decision.step
    learningRate = decision.answer.learningRate
    scale = decision.answer.scale
    verdict = decision.answer.verdict
    source = decision.answer.source
    outOfDistribution = decision.answer.outOfDistribution
  }

  /// The answer as JSON, in a fraction of the time of `JSONEncoder`: this is nearly all that a busy service sends.
  ///
  /// Sources are words and schedule names, so nothing needs an escape.
  var json: String {
    let distance = outOfDistribution.map { "\($0)" } ?? "null"
    return #"{"learningRate":\#(learningRate),"outOfDistribution":\#(distance),"scale":\#(scale),"#
      + #""source":"\#(source)","step":\#(step),"verdict":"\#(verdict.rawValue)"}"#
  }

  private enum CodingKeys: String, CodingKey {
    case step, learningRate, scale, verdict, source, outOfDistribution
  }

  // Written out so that a missing distance is null, not absent.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(step, forKey: .step)
    try container.encode(learningRate, forKey: .learningRate)
    try container.encode(scale, forKey: .scale)
    try container.encode(verdict, forKey: .verdict)
    try container.encode(source, forKey: .source)
    try container.encode(outOfDistribution, forKey: .outOfDistribution)
  }
}
