import Files
import Foundation
import MetaLR
import Synchronization
import Testing

@testable import Experiments

@Suite("Population based training")
struct PopulationTests {
  static let configuration = PopulationTraining.Configuration(
    members: 10, stepBudget: 22, readyInterval: 5, lowestRate: 0.001, highestRate: 1, seed: 3)

  static func pool(_ workers: Int = 1) -> TraineePool {
    TraineePool(workers: workers) { QuadraticTrainee() }
  }

  static func trained(
    _ configuration: PopulationTraining.Configuration = configuration, workers: Int = 1
  ) throws -> PopulationTraining {
    var training = try PopulationTraining(configuration)
    while !training.isFinished { try training.advance(on: pool(workers)) }
    return training
  }

  @Test("The bottom fifth copies the top fifth at 0.8 or 1.2 times its rate; the others go on as they were")
  func truncation() throws {
    let losses = [5, 1, 9, 3, 4, 2, 8, 6, 7, 10].map(Double.init)
    let rates = (1...10).map { Double($0) / 10 }
    let (top, bottom) = ([1, 5], [2, 9])
    var factors = Set<Double>()
    var copied = Set<Int>()
    for round in 0..<40 {
      let selection = try #require(
        PopulationSelection(
          losses: losses, learningRates: rates, configuration: Self.configuration, round: round))
      for member in 0..<10 {
        let parent = selection.parents[member]
        if bottom.contains(member) {
          #expect(top.contains(parent))
          copied.insert(parent)
          let factor = selection.learningRates[member] / rates[parent]
          #expect(abs(factor - 0.8) < 1e-12 || abs(factor - 1.2) < 1e-12)
          factors.insert((factor * 10).rounded())
        } else {
          #expect(parent == member && selection.learningRates[member] == rates[member])
        }
      }
    }
    #expect(factors == [8, 12])
    #expect(copied == [1, 5])
  }

  @Test("Resampled rates lie in the range of initial rates, spread evenly in logarithm")
  func resampling() throws {
    var configuration = Self.configuration
    configuration.exploration = .resample
    let rates = try (0..<400).map { round in
      try #require(
        PopulationSelection(
          losses: (0..<10).map(Double.init), learningRates: Array(repeating: 5, count: 10),
          configuration: configuration, round: round)
      ).learningRates[9]
    }
    #expect(rates.allSatisfy { (0.001...1).contains($0) })
    // Each of three decades holds a third: 133 of 400, with a standard deviation of 9.4.
    for decade in -3..<0 {
      #expect((95...171).contains(rates.count { Int(log10($0).rounded(.down)) == decade }))
    }
  }

  @Test("A diverged member always copies and is never copied, and when all have diverged there is an error")
  func divergence() throws {
    let losses = [.infinity, .nan, .infinity, .infinity, 1, .infinity, .infinity, 3, .infinity, .nan]
    let selection = try #require(
      PopulationSelection(
        losses: losses, learningRates: Array(repeating: 0.1, count: 10), configuration: Self.configuration,
        round: 0))
    for member in 0..<10 {
      #expect([4, 7].contains(selection.parents[member]))
    }
    #expect(selection.parents[4] == 4 && selection.parents[7] == 7)
    var configuration = Self.configuration
    (configuration.lowestRate, configuration.highestRate) = (30, 40)
    #expect(throws: PopulationError.allDiverged(members: 10, step: 5)) { try Self.trained(configuration) }
  }

  @Test("The same seed gives the same bits, whatever the workers; another seed does not")
  func deterministic() throws {
    let once = try Self.trained()
    let again = try Self.trained(workers: 4)
    #expect(once.history == again.history)
    #expect(once.snapshots == again.snapshots)
    var other = Self.configuration
    other.seed = 4
    #expect(try Self.trained(other).history != once.history)
    #expect(once.history.steps == 10 * 22)
    #expect(once.history.rounds.map { $0[0].observation.step } == [5, 10, 15, 20, 22])
  }

  @Test("Replaying the best member's schedule from its ancestor's seed makes the same weights")
  func replay() throws {
    let training = try Self.trained()
    let best = try #require(training.history.best)
    let lineage = training.history.lineage(of: best)
    #expect(lineage.count == 5 && lineage.last == best)
    let schedule = try training.history.schedule(of: best)
    let trainee = QuadraticTrainee()
    _ = trainee.reset(seed: training.seed(of: lineage[0]), stepBudget: 22, learningRate: 0)
    let end = trainee.train(learningRates: (0..<22).map(schedule.learningRate))
    #expect(end.validationLoss == training.history.rounds[4][best].observation.validationLoss)
    #expect(try training.evaluate(best, on: Self.pool()) == trainee.evaluate())
    #expect(
      training.history.rounds[4].allSatisfy { $0.loss >= end.validationLoss })
  }

  @Test("A lineage follows copies back to where the weights began")
  func lineage() throws {
    func entry(_ parent: Int, _ rate: Double, _ loss: Double) -> MemberRound {
      MemberRound(
        parent: parent, learningRate: rate,
        observation: Observation(
          step: 4, stepBudget: 12, trainLoss: loss, validationLoss: loss, predictionVariance: 0,
          predictionChangeVariance: 0, weightMean: 0, weightVariance: 0, learningRate: rate),
        hasDiverged: false)
    }
    var history = PopulationHistory(readyInterval: 4)
    history.rounds = [
      [entry(0, 0.1, 3), entry(1, 0.2, 2), entry(2, 0.3, 1)],
      [entry(2, 0.24, 1), entry(1, 0.2, 2), entry(2, 0.3, 3)],
      [entry(0, 0.24, 5), entry(0, 0.288, 1), entry(2, 0.3, 4)],
    ]
    #expect(history.best == 1)
    #expect(history.lineage(of: 1) == [2, 0, 1])
    #expect(try history.schedule(of: 1).learningRates == [0.3, 0.24, 0.288])
    #expect(history.lineage(of: 2) == [2, 2, 2])
  }

  @Test("A population saved after any round ends with the same bits", arguments: 0...4)
  func resumed(rounds: Int) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("population-\(UUID())").path
    defer { unlink(path) }
    let trainee = ProblemDescription(
      dataset: "quadratic", datasetHash: "", splitSizes: [], model: "", optimizer: "", batchSize: 1)
    let store = PopulationStore(path: path, trainee: trainee)
    #expect(try store.load(Self.configuration)?.history == nil)
    var training = try PopulationTraining(Self.configuration)
    for _ in 0..<rounds { try training.advance(on: Self.pool()) }
    try store.save(training)
    var resumed = try #require(try store.load(Self.configuration))
    while !resumed.isFinished { try resumed.advance(on: Self.pool(2)) }
    let once = try Self.trained()
    #expect(resumed.history == once.history)
    #expect(resumed.snapshots == once.snapshots)

    var other = Self.configuration
    other.seed = 9
    #expect(throws: FileError.self) { try store.load(other) }
    let whole = try readFile(path)
    for damaged in [whole.dropLast(), whole.prefix(30), whole + [0]] where damaged.count > 0 {
      try damaged.write(to: URL(fileURLWithPath: path))
      #expect(throws: FileError.self) { try store.load(Self.configuration) }
    }
  }

  @Test("A job that is stopped goes on from its file, and its test is the best member's")
  func job() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("population-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let trainee = ProblemDescription(
      dataset: "", datasetHash: "", splitSizes: [], model: "quadratic", optimizer: "", batchSize: 1)
    let job = PopulationJob(
      Self.configuration, keptIn: PopulationStore(path: folder + "/population.state", trainee: trainee))
    let members = Atomic<Int>(0)
    #expect(throws: Interrupted.self) {
      try job.run(
        job.begin(), on: Self.pool(), shouldStop: { members.load(ordering: .relaxed) >= 25 },
        onMember: { _ in members.add(1, ordering: .relaxed) })
    }
    let training = try job.begin()
    #expect(training.history.rounds.count == 2)
    var best: [Double] = []
    let outcome = try job.run(training, on: Self.pool(3), onRound: { best.append($0.loss) })
    let whole = try Self.trained()
    #expect(outcome.history == whole.history)
    #expect(best.count == 3 && best == best.sorted(by: >))
    #expect(outcome.best == whole.history.best)
    #expect(outcome.test == (try whole.evaluate(outcome.best, on: Self.pool())))
    #expect(outcome.originSeed == whole.seed(of: whole.history.lineage(of: outcome.best)[0]))
    let other = PopulationJob(
      Self.configuration, keptIn: PopulationStore(path: folder + "/population.state/a", trainee: trainee))
    #expect(throws: OutputError.self) { try other.run(other.begin(), on: Self.pool()) }
  }

  @Test("A saved population whose steps are impossible is refused, not added up", arguments: [-1, .max])
  func impossibleSteps(step: Int) throws {
    var training = try PopulationTraining(Self.configuration)
    try training.advance(on: Self.pool())
    let encoder = JSONEncoder()
    let text = String(decoding: try encoder.encode(training.history), as: UTF8.self)
    let changed = text.replacing(try Regex("\"step\":[0-9]+"), with: "\"step\":\(step)")
    let history = try JSONDecoder().decode(PopulationHistory.self, from: Data(changed.utf8))
    #expect(history != training.history)
    #expect(throws: PopulationError.self) {
      try PopulationTraining(Self.configuration, history: history, snapshots: training.snapshots)
    }
  }

  @Test("Impossible populations are refused")
  func refused() {
    let changes: [(inout PopulationTraining.Configuration) -> Void] = [
      { $0.members = 1 }, { $0.stepBudget = 0 }, { $0.readyInterval = 0 }, { $0.readyInterval = 23 },
      { $0.share = 0 }, { $0.share = 0.6 }, { $0.share = .nan }, { $0.lowestRate = 0 },
      { $0.highestRate = 1e-9 }, { $0.highestRate = .infinity },
    ]
    for change in changes {
      var configuration = Self.configuration
      change(&configuration)
      #expect(throws: ConfigurationError.self) { try configuration.validate() }
    }
  }
}
