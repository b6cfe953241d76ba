import Foundation
import MetaLR
import Testing

@Suite("Checking trainees")
struct CheckTraineeTests {
  /// The sound trainee with one fault.
  final class Faulty: Trainee {
    enum Fault: CaseIterable {
      case none, remembersRun, ignoresSeed, ignoresRates, usesLastRate, usesFirstRate, countsCalls,
        losesBudget
      case reportsFirstRate, negativeVariance, infiniteLoss, throwsOnDivergence, evaluateTrains,
        snapshotTrains
      case restoresWeightsAlone, restoreThrows, accuracyInPercent
    }

    private let inner = RegressionTrainee()
    private let fault: Fault
    private var runs = 0
    private var calls = 0
    private var last: Observation?

    init(_ fault: Fault) {
      self.fault = fault
    }

    func reset(seed: UInt64, stepBudget: Int, learningRate: Double) throws -> Observation {
      runs += 1
      calls = 0
      let seed = fault == .remembersRun ? UInt64(runs) : fault == .ignoresSeed ? 1 : seed
      return changed(try inner.reset(seed: seed, stepBudget: stepBudget, learningRate: learningRate))
    }

    func train(learningRates: [Double]) throws -> Observation {
      calls += 1
      if fault == .throwsOnDivergence && learningRates[0] > 1000 { throw Interrupted() }
      let rate: Double? =
        switch fault {
        case .ignoresRates: 0.02
        case .usesLastRate: learningRates[learningRates.count - 1]
        case .usesFirstRate: learningRates[0]
        default: nil
        }
      var observation = try inner.train(
        learningRates: rate.map { Array(repeating: $0, count: learningRates.count) } ?? learningRates)
      observation.learningRate = learningRates[fault == .reportsFirstRate ? 0 : learningRates.count - 1]
      return changed(observation)
    }

    private func changed(_ observation: Observation) -> Observation {
      var observation = observation
      if fault == .countsCalls { observation.step = calls }
      if fault == .losesBudget { observation.stepBudget = max(1, observation.stepBudget - calls) }
      if fault == .negativeVariance { observation[.predictionVariance] = -1 }
      if fault == .infiniteLoss && calls > 1 { observation.trainLoss = .infinity }
      return observation
    }

    func evaluate() throws -> Evaluation {
      if fault == .evaluateTrains { _ = try inner.train(learningRates: [0.01]) }
      var evaluation = try inner.evaluate()
      if fault == .accuracyInPercent { evaluation.accuracy *= 100 }
      return evaluation
    }

    func snapshot() throws -> Data {
      if fault == .snapshotTrains { _ = try inner.train(learningRates: [0.01]) }
      return try inner.snapshot()
    }

    func restore(_ snapshot: Data) throws {
      if fault == .restoreThrows { throw Interrupted() }
      if fault == .restoresWeightsAlone { _ = try inner.train(learningRates: [1e-300]) }
      try inner.restore(snapshot)
      if fault == .restoresWeightsAlone { _ = try inner.train(learningRates: [1e-300]) }
    }
  }

  @Test("A sound trainee breaks no rule")
  func sound() throws {
    let report = try checkTrainee(Faulty(.none))
    #expect(report.violations == [])
    #expect(report.findings.map(\.rule) == TraineeRule.allCases)
    #expect(report.findings.allSatisfy { $0.isKept == true && $0.detail.isEmpty })
  }

  @Test("The last seed has one after it, and an impossible interval is refused")
  func lastSeed() throws {
    var configuration = TraineeCheckConfiguration()
    configuration.seed = .max
    #expect(try checkTrainee(Faulty(.none), configuration: configuration).violations == [])
    for interval in [-1, 1, .max] {
      configuration.interval = interval
      #expect(throws: ConfigurationError.self) {
        try checkTrainee(Faulty(.none), configuration: configuration)
      }
    }
  }

  static let faults: [(Faulty.Fault, TraineeRule)] = [
    (.remembersRun, .sameSeedSameRun), (.ignoresSeed, .seedsDiffer), (.ignoresRates, .respectsRates),
    (.usesLastRate, .respectsRates), (.usesFirstRate, .respectsRates), (.countsCalls, .countsSteps),
    (.losesBudget, .countsSteps), (.reportsFirstRate, .countsSteps), (.negativeVariance, .possibleNumbers),
    (.infiniteLoss, .finiteObservations), (.throwsOnDivergence, .survivesDivergence),
    (.evaluateTrains, .evaluationIsSilent), (.snapshotTrains, .snapshotsAreSilent),
    (.restoresWeightsAlone, .restoresSnapshots), (.restoreThrows, .restoresSnapshots),
    (.accuracyInPercent, .evaluationIsSilent),
  ]

  @Test("Each fault is named by the rule that it breaks", arguments: faults)
  func faulty(fault: Faulty.Fault, rule: TraineeRule) throws {
    let violations = try checkTrainee(Faulty(fault)).violations
    #expect(violations.contains { $0.rule == rule && !$0.detail.isEmpty }, "\(violations)")
  }

  @Test("Configurations out of range are refused")
  func ranges() {
    for change: (inout TraineeCheckConfiguration) -> Void in [
      { $0.learningRate = 0 }, { $0.divergingLearningRate = .infinity }, { $0.interval = 1 },
    ] {
      var configuration = TraineeCheckConfiguration()
      change(&configuration)
      #expect(throws: ConfigurationError.self) { try configuration.validate() }
    }
  }
}
