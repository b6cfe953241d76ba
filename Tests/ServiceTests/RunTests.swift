import Foundation
import MetaLR
import Testing

@testable import Service

@Suite("The rules of a run")
struct RunTests {
  let controller: GuardedController
  var run: Run

  init() throws {
    controller = GuardedController(
      controller: try Sample.checkpoint().controller, guardian: try Guardian(), fallback: nil)
    run = Run(
      key: 1, id: "a", owner: "o",
      request: RunRequest(controller: "sample", initialLearningRate: 0.01, totalSteps: 25, interval: 10),
      controllerHash: "", created: "", rules: try RunRules(guardian: Guardian(), fallback: nil),
      decisionVersion: RunRules.decisionVersion, status: .open, rewinds: 0, touched: 0, last: nil)
  }

  mutating func answer(_ observation: ReportedObservation, earlier: StoredDecision? = nil) throws -> (
    StoredDecision, Bool
  ) {
    let answer = try run.answer(observation, earlier: earlier, controller: controller, now: 0)
    return (answer.decision, answer.row != nil)
  }

  @Test("Steps come in order, the last interval is shorter, and the last step completes the run")
  mutating func order() throws {
    var steps: [Int] = []
    while let next = run.nextStep {
      steps.append(next)
      _ = try answer(Sample.observation(next))
    }
    #expect(steps == [0, 10, 20, 25])
    #expect(run.status == .finished)
    #expect(run.last?.answer.verdict == .complete)
  }

  @Test("The same observation gets the same decision, which is not new")
  mutating func repetition() throws {
    let first = try answer(Sample.observation(0))
    let again = try answer(Sample.observation(0))
    #expect(first.1 && !again.1)
    #expect(first.0 == again.0)
  }

  @Test(
    "An answer's JSON says what the answer says",
    arguments: [(1e-6, nil), (0.001, 0.5), (1 / 3.0, 12)] as [(Double, Double?)])
  mutating func json(rate: Double, distance: Double?) throws {
    let (first, _) = try answer(Sample.observation(0))
    for verdict in Verdict.allCases {
      let decision = GuardedDecision(
        learningRate: rate, scale: rate / 3, verdict: verdict, source: "fallback:cosine:0.01",
        outOfDistribution: distance)
      let answer = DecisionAnswer(
        StoredDecision(observation: first.observation, answer: decision, state: first.state))
      #expect(try JSONDecoder().decode(DecisionAnswer.self, from: Data(answer.json.utf8)) == answer)
      let object = try JSONSerialization.jsonObject(with: Data(answer.json.utf8)) as? [String: Any]
      #expect(object?.count == 6, "the distance is there, if only as null")
    }
  }

  @Test("Another observation for a decided step is refused, and both are named")
  mutating func conflict() throws {
    _ = try answer(Sample.observation(0))
    let error = #expect(throws: ServiceError.self) { try answer(Sample.observation(0, noise: 0.5)) }
    #expect(error?.code == "conflicting_observation")
    #expect(error?.message.contains("\"validationLoss\":2}") == false)
    #expect(error?.message.contains("\"validationLoss\":2,") == true)
    #expect(error?.message.contains("\"validationLoss\":2.5,") == true)
  }

  @Test("A step out of order is refused, and the next one is named", arguments: [5, 10, 25, 1000])
  mutating func outOfOrder(step: Int) throws {
    let error = #expect(throws: ServiceError.self) { try answer(Sample.observation(step)) }
    #expect(error?.code == "step_out_of_order")
    #expect(error?.message.contains("step 0 comes next") == true)
  }

  @Test("Rates are those of a session of the same controller, bit for bit")
  mutating func sameAsSession() throws {
    var session = controller.controller.session()
    var rate = 0.01
    for step in [0, 10, 20] {
      let observation = Sample.observation(step)
      rate = session.nextLearningRate(after: observation.observation(stepBudget: 25, learningRate: rate))
      #expect(try answer(observation).0.answer.learningRate == rate)
    }
  }

  @Test("After a rewind the same observations get the same rates")
  mutating func rewind() throws {
    var first: [StoredDecision] = []
    for step in [0, 10, 20] { first.append(try answer(Sample.observation(step)).0) }
    try run.rewind(to: first[0], now: 0)
    #expect(run.nextStep == 10 && run.rewinds == 1 && run.learningRate == first[0].answer.learningRate)
    for step in [10, 20] {
      let again = try answer(Sample.observation(step))
      #expect(again.1)
      #expect(first.contains(again.0))
    }
  }

  @Test("A finished run takes no new observation, and a rewind opens it again")
  mutating func finish() throws {
    let first = try answer(Sample.observation(0)).0
    _ = try answer(Sample.observation(10))
    run.finish(now: 0)
    let error = #expect(throws: ServiceError.self) { try answer(Sample.observation(20)) }
    #expect(error?.code == "run_finished")
    try run.rewind(to: first, now: 0)
    #expect(run.status == .open)
  }

  @Test("A rewind to where a finished run stands, or to its beginning, lets it take the next observation")
  mutating func reopening() throws {
    run.finish(now: 0)
    try run.rewind(to: nil, now: 0)
    let first = try answer(Sample.observation(0)).0
    run.finish(now: 0)
    try run.rewind(to: first, now: 0)
    #expect(run.status == .open && run.rewinds == 2)
    try run.rewind(to: first, now: 0)
    #expect(run.rewinds == 2, "once is enough")
    #expect(try answer(Sample.observation(10)).1)
  }

  @Test("A rewind to the decision to stop is refused, one to the last step of a complete run changes nothing")
  mutating func noReopening() throws {
    let first = try answer(Sample.observation(0)).0
    for step in [10, 20, 25] { _ = try answer(Sample.observation(step)) }
    let complete = try #require(run.last)
    try run.rewind(to: complete, now: 0)
    #expect(run.status == .finished && run.rewinds == 0)
    let stop = StoredDecision(
      observation: first.observation,
      answer: GuardedDecision(
        learningRate: 1, scale: 1, verdict: .stop, source: "guardian", outOfDistribution: nil),
      state: first.state)
    let error = #expect(throws: ServiceError.self) { try run.rewind(to: stop, now: 0) }
    #expect(error?.code == "run_stopped" && error?.status == 409)
  }

  @Test(
    "Observations and states survive storage bit for bit",
    arguments: [0.0, -0.0, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, 0.1, -1e308])
  func storage(value: Double) throws {
    var observation = Sample.observation(7)
    observation.measures[.weightMean] = Reading(value)
    let read = try #require(ReportedObservation(step: 7, stored: observation.stored))
    #expect(read.stored == observation.stored)
    #expect(read == observation)
    let memory = ControllerSession.Memory(
      recurrent: RecurrentState(actor: [Float(value), 1.5], critic: []),
      history: RunHistory(looksBack: false))
    let state = GuardedController.State(
      controller: memory,
      guardian: Guardian.State(
        validationLosses: [value], firstValidationLoss: 5, failures: 2, goodObservations: 3, ceiling: 0.25,
        hasHandedOver: true))
    #expect(GuardedController.State(stored: state.stored)?.stored == state.stored)
    // Formats 1 to 3 had training losses after the others, here none. Format 1 had no ceiling, format 2 no
    // history, whose length of 0 takes four bytes, and format 3 no first loss.
    let trainLosses = 1 + 4 + 2 * 4 + 4 + 4 + 8
    let before = state.stored[1..<trainLosses] + [0, 0, 0, 0] + state.stored[trainLosses...]
    for (format, missing) in [(1, 20), (2, 12), (3, 8)] as [(UInt8, Int)] {
      let expected = Guardian.State(
        validationLosses: [value], failures: 2, goodObservations: 3, ceiling: format == 1 ? nil : 0.25,
        hasHandedOver: true)
      let old = try #require(GuardedController.State(stored: [format] + before.dropLast(missing)))
      #expect(old.guardian == expected || value.isNaN)
      #expect(GuardedController.State(stored: old.stored)?.stored == old.stored)
    }
    for cut in 1..<state.stored.count {
      #expect(GuardedController.State(stored: state.stored.dropLast(cut)) == nil)
    }
  }

  @Test(
    "A run under a controller that looks back is stored with its history; measures beyond the first six keep names"
  )
  func history() throws {
    var past = RunHistory()
    var reading = Sample.observation(3)
    reading.measures[.gradientCosine] = Reading(0.25)
    reading.measures[.validationLoss] = nil
    past.add(reading.observation(stepBudget: 10, learningRate: 0.1))
    let state = GuardedController.State(
      controller: ControllerSession.Memory(recurrent: RecurrentState(actor: [], critic: []), history: past),
      guardian: Guardian.State())
    #expect(GuardedController.State(stored: state.stored) == state)
    #expect(ReportedObservation(step: 3, stored: reading.stored) == reading)
    #expect(Sample.observation(3).stored.count == 48)
    let sent = #"{"step": 3, "trainLoss": 1, "gradientCosine": 0.5, "mood": "good"}"#
    let received = try JSONDecoder().decode(ReportedObservation.self, from: Data(sent.utf8))
    #expect(received.measures == [.trainLoss: Reading(1), .gradientCosine: Reading(0.5)])
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode(
        ReportedObservation.self, from: Data(#"{"step": 3, "validationLoss": 1}"#.utf8))
    }
  }
}
