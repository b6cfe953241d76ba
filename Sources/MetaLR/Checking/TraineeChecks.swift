/// One check for each rule.
struct TraineeChecks {
  let trainee: any Trainee
  let configuration: TraineeCheckConfiguration

  private struct Violation: Error {
    let detail: String
  }

  func finding(for rule: TraineeRule) -> TraineeCheckReport.Finding {
    do {
      try check(rule)
      return .init(rule: rule, isKept: true, detail: "")
    } catch let violation as Violation {
      return .init(rule: rule, isKept: false, detail: violation.detail)
    } catch let error as TraineeProcessError where error.kind == .missingCapability {
      return .init(rule: rule, isKept: nil, detail: "Not checked: the trainee \(error.problem).")
    } catch {
      return .init(rule: rule, isKept: false, detail: "It threw an error: \(error)")
    }
  }

  private func check(_ rule: TraineeRule) throws {
    switch rule {
    case .startsAtZero: try checkStart()
    case .finiteObservations: try checkFiniteness()
    case .possibleNumbers: try checkNumbers()
    case .countsSteps: try checkSteps()
    case .sameSeedSameRun: try checkRepetition()
    case .seedsDiffer: try checkSeeds()
    case .respectsRates: try checkRates()
    case .restoresSnapshots: try checkRestoring()
    case .snapshotsAreSilent: try checkSnapshots()
    case .evaluationIsSilent: try checkEvaluation()
    case .survivesDivergence: try checkDivergence()
    }
  }

  private func checkStart() throws {
    for (budget, rate) in [(budget, configuration.learningRate), (7, configuration.learningRate / 3)] {
      let observation = try trainee.reset(seed: configuration.seed, stepBudget: budget, learningRate: rate)
      try expect(observation.step, 0, "step after reset")
      try expect(observation.stepBudget, budget, "step budget after reset")
      try expect(observation.learningRate, rate, "learning rate after reset")
      if let change = observation[.predictionChangeVariance] {
        try expect(change, 0, "predictionChangeVariance after reset")
      }
    }
  }

  private func checkFiniteness() throws {
    for observation in try ordinaryRun() where !observation.isFinite {
      throw Violation(detail: "At step \(observation.step) it reports \(observation).")
    }
  }

  private func checkNumbers() throws {
    for observation in try ordinaryRun() {
      for measure in observation.measures.measures {
        guard let value = observation[measure], let lowest = measure.minimum, !(value >= lowest) else {
          continue
        }
        throw Violation(
          detail: "At step \(observation.step) the \(measure.rawValue) is \(value), below \(lowest).")
      }
    }
  }

  private func checkSteps() throws {
    _ = try begin()
    var step = 0
    for count in [1, 3, configuration.interval] {
      let rates = (1...count).map { configuration.learningRate / Double($0) }
      let observation = try trainee.train(learningRates: rates)
      step += count
      try expect(observation.step, step, "step after \(count) more")
      try expect(observation.stepBudget, budget, "step budget at step \(step)")
      try expect(observation.learningRate, rates[count - 1], "learning rate at step \(step)")
    }
  }

  private func checkRepetition() throws {
    let first = try ordinaryRun()
    _ = try begin(seed: configuration.seed &+ 1)
    _ = try trainee.train(learningRates: [configuration.learningRate])
    try expectSame(first, try ordinaryRun(), "A second run of seed \(configuration.seed)")
  }

  private func checkSeeds() throws {
    let first = try ordinaryRun()
    if first == (try ordinaryRun(seed: configuration.seed &+ 1)) {
      throw Violation(
        detail: "Seeds \(configuration.seed) and \(configuration.seed &+ 1) give the same observations.")
    }
  }

  private func checkRates() throws {
    let (low, high) = (configuration.learningRate / 10, configuration.learningRate)
    let half = configuration.interval
    func end(_ calls: [[Double]]) throws -> Observation {
      var observation = try begin()
      for rates in calls { observation = try trainee.train(learningRates: rates) }
      return observation
    }
    let lows = Array(repeating: low, count: half)
    let highs = Array(repeating: high, count: half)
    let together = try end([lows + highs])
    let apart = try end([lows, highs])
    for measure in Self.endMeasures where together[measure] != apart[measure] {
      throw Violation(
        detail:
          "\(half) steps at \(low) and \(half) at \(high) in one call give a \(measure.rawValue) of "
          + "\(Self.text(together[measure])), in two calls \(Self.text(apart[measure])).")
    }
    for (name, other) in [
      ("all steps at the first rate", try end([lows + lows])),
      ("all steps at the last rate", try end([highs + highs])),
      ("the rates in the opposite order", try end([highs + lows])),
    ]
    where Self.endMeasures.allSatisfy({ other[$0] == together[$0] }) && other.trainLoss == together.trainLoss
    {
      throw Violation(detail: "It ends the same with \(name).")
    }
  }

  /// Measures of the weights at the end of an interval, whatever the steps before.
  private static let endMeasures: [Measure] = [.validationLoss, .weightMean, .weightVariance, .weightNorm]

  private static func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "nothing" }

  private func checkRestoring() throws {
    let rates = Array(repeating: configuration.learningRate, count: configuration.interval)
    _ = try begin()
    _ = try trainee.train(learningRates: rates)
    let snapshot = try trainee.snapshot()
    let first = [try trainee.train(learningRates: rates), try trainee.train(learningRates: rates)]
    for time in ["first", "second", "divergence, the third"] {
      try trainee.restore(snapshot)
      let again = [try trainee.train(learningRates: rates), try trainee.train(learningRates: rates)]
      try expectSame(first, again, "After the \(time) restore the run")
      if time == "second" { try diverge() }
    }
    try trainee.discard(snapshot)
  }

  private func checkSnapshots() throws {
    let undisturbed = try ordinaryRun()
    let disturbed = try ordinaryRun { try trainee.discard(try trainee.snapshot()) }
    try expectSame(undisturbed, disturbed, "A run with snapshots")
  }

  private func checkEvaluation() throws {
    let undisturbed = try ordinaryRun()
    let disturbed = try ordinaryRun {
      let first = try trainee.evaluate()
      let second = try trainee.evaluate()
      guard first.loss.isFinite, (0...1).contains(first.accuracy) else {
        throw Violation(detail: "It answers \(first).")
      }
      try expect(second, first, "second evaluation of the same weights")
    }
    try expectSame(undisturbed, disturbed, "A run with evaluations")
  }

  private func checkDivergence() throws {
    let undisturbed = try ordinaryRun()
    _ = try begin()
    try diverge()
    try expectSame(undisturbed, try ordinaryRun(), "The run after a diverged one")
  }
}

extension TraineeChecks {
  private var budget: Int { 4 * configuration.interval }

  private func begin(seed: UInt64? = nil) throws -> Observation {
    try trainee.reset(
      seed: seed ?? configuration.seed, stepBudget: budget, learningRate: configuration.learningRate)
  }

  private func diverge() throws {
    let rates = Array(repeating: configuration.divergingLearningRate, count: configuration.interval)
    for _ in 0..<3 {
      guard try trainee.train(learningRates: rates).isFinite else { return }
    }
  }

  /// A whole run at the ordinary rate, with something done between its intervals.
  private func ordinaryRun(seed: UInt64? = nil, between: () throws -> Void = {}) throws -> [Observation] {
    var observations = [try begin(seed: seed)]
    while observations.count < 5 {
      try between()
      observations.append(
        try trainee.train(
          learningRates: Array(repeating: configuration.learningRate, count: configuration.interval)))
    }
    return observations
  }

  private func expect<Value: Equatable>(_ value: Value, _ expected: Value, _ name: String) throws {
    guard value == expected else {
      throw Violation(detail: "The \(name) is \(value) where \(expected) is due.")
    }
  }

  private func expectSame(_ first: [Observation], _ second: [Observation], _ what: String) throws {
    for (one, other) in zip(first, second) where one != other {
      let difference = one.firstDifference(from: other)
      throw Violation(detail: "\(what) differs at step \(one.step): \(difference).")
    }
  }
}

extension Observation {
  fileprivate func firstDifference(from other: Observation) -> String {
    for measure in Measure.allCases where self[measure] != other[measure] {
      func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "absent" }
      return "the \(measure.rawValue) is \(text(other[measure])) where it was \(text(self[measure]))"
    }
    if learningRate != other.learningRate {
      return "the learning rate is \(other.learningRate) where it was \(learningRate)"
    }
    return "step \(other.step) of \(other.stepBudget) where it was \(step) of \(stepBudget)"
  }
}
