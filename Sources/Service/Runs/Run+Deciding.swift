import MetaLR

/// The rules of a run, without HTTP and SQL: one answer a step, in order, the same answer to the same question.
extension Run {
  /// Whether an observation is about a step that was decided before the latest one: its answer is in the store.
  func isInThePast(_ observation: ReportedObservation) -> Bool {
    guard let last else { return false }
    return observation.step < last.step && observes(observation.step)
  }

  /// Answers an observation, and moves the run on when it is new.
  ///
  /// - Parameters:
  ///   - observation: What was reported.
  ///   - earlier: The stored decision, when ``isInThePast(_:)`` asks for it.
  ///   - controller: Decides.
  ///   - now: The time, in milliseconds since 1970.
  /// - Returns: The decision, and its row where it is new and must be stored before it is told.
  /// - Throws: ``ServiceError`` when the step was decided for another observation, is out of order, or the run is
  ///   over.
  mutating func answer(
    _ observation: ReportedObservation, earlier: StoredDecision?, controller: GuardedController,
    now: Int64
  ) throws(ServiceError) -> (decision: StoredDecision, row: DecisionChain.Columns?) {
    if let decided = earlier ?? last, decided.step == observation.step {
      guard decided.observation == observation else {
        throw .conflictingObservation(decided.observation, observation)
      }
      return (decided, nil)
    }
    guard let nextStep else { throw .runOver(self) }
    guard observation.step == nextStep else { throw .outOfOrder(observation.step, next: nextStep) }
    guard status == .open || status == .abandoned else { throw .runOver(self) }
    var state = last?.state ?? controller.initialState
    let answer = controller.decide(
      after: observation.observation(stepBudget: request.totalSteps, learningRate: learningRate),
      interval: nextStep - (last?.step ?? 0), state: &state)
    var decision = StoredDecision(observation: observation, answer: answer, state: state, time: now)
    let row = DecisionChain.Columns(decision)
    decision.link = DecisionChain.link(row, after: last?.link, run: id)
    last = decision
    switch answer.verdict {
    case .complete: status = .finished
    case .stop: status = .stopped
    case .continue, .rollback: status = .open
    }
    return (decision, row)
  }

  /// Goes back to where `decision` was the latest; nil for the beginning.
  ///
  /// A run that its job had ended, or that was abandoned, is open again.
  ///
  /// - Throws: ``ServiceError`` for a decision to stop, after which no rate is in force.
  mutating func rewind(to decision: StoredDecision?, now: Int64) throws(ServiceError) {
    if let decision, decision.answer.verdict == .stop { throw .stoppedThere(decision.step) }
    let target: RunStatus = decision?.answer.verdict == .complete ? .finished : .open
    guard last != decision || status != target else { return }
    last = decision
    rewinds += 1
    status = target
    touched = now
  }

  /// Ends the run; ending it again changes nothing.
  mutating func finish(now: Int64) {
    guard status == .open || status == .abandoned else { return }
    status = .finished
    touched = now
  }
}
