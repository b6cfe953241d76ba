import MetaLR

/// A run as clients see it.
struct RunView: Encodable, Sendable {
  let run: Run

  private enum CodingKeys: String, CodingKey {
    case id, owner, controller, controllerHash, initialLearningRate, totalSteps, interval, labels, created,
      lastSeen,
      status,
      rewinds, decisionVersion, learn
    case step, nextStep, learningRate, trainLoss, validationLoss, verdict, source, outOfDistribution
  }

  // Written out so that what is not there yet is null, not absent.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(run.id, forKey: .id)
    try container.encode(run.owner, forKey: .owner)
    try container.encode(run.request.controller, forKey: .controller)
    try container.encode(run.controllerHash, forKey: .controllerHash)
    try container.encode(run.request.initialLearningRate, forKey: .initialLearningRate)
    try container.encode(run.request.totalSteps, forKey: .totalSteps)
    try container.encode(run.request.interval, forKey: .interval)
    try container.encode(run.request.labels, forKey: .labels)
    try container.encode(run.created, forKey: .created)
    try container.encode(Timestamp.text(run.seen), forKey: .lastSeen)
    try container.encode(run.status, forKey: .status)
    try container.encode(run.rewinds, forKey: .rewinds)
    try container.encode(run.decisionVersion, forKey: .decisionVersion)
    try container.encode(run.rules.learns, forKey: .learn)
    try container.encode(run.last?.step, forKey: .step)
    try container.encode(run.nextStep, forKey: .nextStep)
    try container.encode(run.learningRate, forKey: .learningRate)
    try container.encode(run.last?.observation.trainLoss, forKey: .trainLoss)
    try container.encode(run.last?.observation.validationLoss, forKey: .validationLoss)
    try container.encode(run.last?.answer.verdict, forKey: .verdict)
    try container.encode(run.last?.answer.source, forKey: .source)
    try container.encode(run.last?.answer.outOfDistribution, forKey: .outOfDistribution)
  }
}

/// Where a run stands: the answer to opening and to rewinding one.
struct RunPosition: Encodable, Sendable {
  let id: String
  let step: Int
  let learningRate: Double
  /// Trial steps that the controller asks for before the first step; told at the opening alone.
  var looks: Int?
  /// What the run has that the controller was not trained with; told at the opening alone.
  var unfamiliar: [String]?
}

/// One decision with the losses that it answers: a row of a schedule.
struct ScheduleRow: Encodable, Sendable {
  let decision: StoredDecision

  private enum CodingKeys: String, CodingKey {
    case trainLoss, validationLoss, time
  }

  func encode(to encoder: any Encoder) throws {
    try DecisionAnswer(decision).encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(decision.observation.trainLoss, forKey: .trainLoss)
    try container.encode(decision.observation.validationLoss, forKey: .validationLoss)
    try container.encode(Timestamp.text(decision.time), forKey: .time)
  }

  /// The names of the columns.
  static let header =
    "step,learningRate,scale,verdict,source,outOfDistribution,trainLoss,validationLoss,time\n"

  /// The row; no column can hold a comma.
  var line: String {
    let answer = decision.answer
    let distance = answer.outOfDistribution.map { "\($0)" } ?? ""
    return """
      \(decision.step),\(answer.learningRate),\(answer.scale),\(answer.verdict.rawValue),\(answer.source),\
      \(distance),\(decision.observation.trainLoss.value),\(decision.observation.validationLoss.map { "\($0.value)" } ?? ""),\
      \(Timestamp.text(decision.time) ?? "")

      """
  }
}

/// A page of a schedule.
struct Schedule: Encodable, Sendable {
  let decisions: [ScheduleRow]
  /// What to give as `after` for the next page; null on the last.
  let next: Int?

  private enum CodingKeys: String, CodingKey { case decisions, next }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(decisions, forKey: .decisions)
    try container.encode(next, forKey: .next)
  }
}

/// A controller as clients see it.
struct ControllerView: Encodable, Sendable {
  let name: String
  let hash: String
  let features: [String]
  let isRecurrent: Bool
  let action: LearningRateAction
  let card: ControllerCard

  init(_ controller: LoadedController) {
    name = controller.name
    hash = controller.hash
    features = controller.controller.features.names
    isRecurrent = !controller.controller.policy.initialState.actor.isEmpty
    action = controller.controller.action
    card = controller.card
  }
}

/// The controllers, and the checkpoints that cannot be used.
struct ControllerList: Encodable, Sendable {
  struct Damaged: Encodable, Sendable {
    let file: String
    let problem: String
  }

  let controllers: [ControllerView]
  let damaged: [Damaged]
}
