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
    let rate =
      observation.looks.isEmpty ? learningRate : try look(observation, controller, &state).learningRate
    let answer = controller.decide(
      after: observation.observation(stepBudget: request.totalSteps, learningRate: rate),
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

  /// What comes after the looks so far: the next trial step, or the beginning.
  ///
  /// Nothing of it is stored: the observation of step 0 brings all looks along.
  ///
  /// - Throws: ``ServiceError`` for an observation of another step, or more looks than the controller takes.
  func look(
    _ observation: ReportedObservation, controller: GuardedController
  ) throws(ServiceError) -> LookAnswer {
    guard observation.step == 0 else {
      throw .invalid(
        "step is \(observation.step).", remedy: "Look before the first step, with the observation of step 0.")
    }
    var state = controller.initialState
    return try look(observation, controller, &state)
  }

  private func look(
    _ reported: ReportedObservation, _ controller: GuardedController, _ state: inout GuardedController.State
  ) throws(ServiceError) -> LookAnswer {
    let most = controller.controller.action.looks
    guard reported.looks.count <= most else {
      throw .invalid(
        "There are \(reported.looks.count) looks, and the controller '\(request.controller)' takes \(most).",
        remedy: "Give as many as the answer to the opened run says, or fewer.")
    }
    let observation = reported.observation(
      stepBudget: request.totalSteps, learningRate: request.initialLearningRate)
    var taken = 0
    var trial: Double?
    let first = try? controller.firstLearningRate(after: observation, state: &state) { rate in
      guard taken < reported.looks.count else {
        trial = rate
        return nil
      }
      defer { taken += 1 }
      return reported.look(taken, stepBudget: request.totalSteps, learningRate: rate)
    }
    return LookAnswer(
      learningRate: trial ?? first ?? request.initialLearningRate, remaining: trial == nil ? 0 : most - taken)
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
