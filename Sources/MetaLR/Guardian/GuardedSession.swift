/// A guarded controller at work on one training run.
///
/// After a failure the run goes back to its best weights, which ``TrainingRun`` keeps; steps keep counting.
public struct GuardedSession: RateSource, Sendable {
  /// What decides.
  public let controller: GuardedController
  /// What is remembered of the run.
  public private(set) var state: GuardedController.State
  /// Every decision so far.
  public private(set) var decisions: [GuardedDecision] = []
  private var lastStep = 0

  /// Begins a run.
  public init(_ controller: GuardedController) {
    self.controller = controller
    state = controller.initialState
  }

  /// Looks before the first step as the controller alone would, within the guardian's bounds.
  public mutating func firstLearningRate(
    after observation: Observation, look: (Double) throws -> Observation?
  ) throws -> Double {
    try controller.firstLearningRate(after: observation, state: &state, look: look)
  }

  /// Whether the guardian calls the reading a failure.
  public func goesBack(after observation: Observation) -> Bool {
    controller.guardian.isFailure(observation, after: state.guardian)
  }

  /// The rate of the next interval, held.
  ///
  /// - Throws: ``RunStopped`` when the guardian gives the run up.
  public mutating func learningRates(
    after observation: Observation, steps: Int
  ) throws(RunStopped) -> [Double] {
    let decision = controller.decide(
      after: observation, interval: observation.step - lastStep, state: &state)
    lastStep = observation.step
    decisions.append(decision)
    guard decision.verdict != .stop else { throw RunStopped(step: observation.step) }
    return Array(repeating: decision.learningRate, count: steps)
  }
}

/// A run that its guardian gave up.
public struct RunStopped: Error, Sendable, Equatable, CustomStringConvertible {
  /// Optimizer steps done by then.
  public let step: Int

  /// A sentence for the user.
  public var description: String {
    "The run was stopped at step \(step): its loss was not finite or far above the recent ones several times "
      + "in a row. Begin with a lower learning rate, or give a fallback schedule."
  }
}
