import Files
import Foundation
import Schedules
import Testing

@testable import MetaLR

@Suite("Controller training")
struct ControllerTrainingTests {
  static func configuration(
    episodes: Int = 12, actor: NetworkShape = .mlp(hidden: 8), reward: Reward = .improvement
  ) -> ControllerTraining.Configuration {
    var configuration = ControllerTraining.Configuration()
    configuration.episodes = episodes
    configuration.actor = actor
    configuration.reward = reward
    configuration.ppo.discount = reward.defaultDiscount
    configuration.seed = 7
    return configuration
  }

  static let plan = RunPlan(stepBudget: 60, interval: 5, divergenceBound: 50)

  static func problems(
    teachers: [String] = [], lowestLosses: [Double] = [0.05], firstLoss: Double? = nil
  ) throws -> ProblemList {
    ProblemList(
      try lowestLosses.enumerated().map { index, loss in
        var problem = Problem(
          ProblemDescription(
            dataset: "regression \(loss)", datasetHash: "none", splitSizes: [1, 2, 3],
            model: "linear \"quoted\"", optimizer: "sgd", batchSize: 1),
          plan: plan
        ) { _ in RegressionTrainee(firstLoss: firstLoss, lowestLoss: loss) }
        problem.teacher = try teachers.isEmpty ? nil : ScheduleSpecification(parsing: teachers[index])
        return problem
      })
  }

  static func saved(_ training: ControllerTraining) throws -> SavedTraining {
    SavedTraining(
      problems: try problems().description, teachers: [], earlier: [], state: training.state)
  }

  static func train(
    _ configuration: ControllerTraining.Configuration, teacher: String? = nil, workers: Int
  ) throws -> ControllerTraining {
    var training = try ControllerTraining(configuration: configuration)
    let pool = TraineePool(workers: workers)
    let problems = try problems(teachers: teacher.map { [$0] } ?? [])
    while !training.isFinished { try training.advance(problems: problems, on: pool) }
    return training
  }

  @Test(
    "The same seed gives the same bits with 1, 2 and 4 workers",
    arguments: [NetworkShape.mlp(hidden: 8), .lstm(hidden: 8)])
  func workers(actor: NetworkShape) throws {
    let runs = try [1, 2, 4].map { try Self.train(Self.configuration(actor: actor), workers: $0) }
    #expect(runs[0].controller == runs[1].controller)
    #expect(runs[0].controller == runs[2].controller)
    #expect(runs[0].state.episodes == runs[2].state.episodes)
    #expect(runs[0].controller != (try runs[0].untrainedController()))
  }

  @Test("A controller with a teacher follows its schedule from every initial rate, and is one to go on from")
  func teacher() throws {
    var configuration = Self.configuration(episodes: 12)
    configuration.episodesPerUpdate = 12
    configuration.initialLearningRates = [0.05, 0.01]
    configuration.imitates = true
    let training = try Self.train(configuration, teacher: "cosine:0.04", workers: 2)
    #expect(training.state.updates.count == 1)
    let schedule = try ScheduleSpecification(parsing: "cosine:0.04").schedule(totalSteps: 60)
    for rate in configuration.initialLearningRates {
      var session = training.controller.session()
      let run = try TrainingRun(
        of: RegressionTrainee(), ratesFrom: &session, seed: 99, initialLearningRate: rate,
        plan: Self.plan)
      for observation in run.observations where (25...40).contains(observation.step) {
        let target = schedule.learningRate(at: observation.step - 3)
        #expect(abs(log(observation.learningRate / target)) < 0.4, "\(observation.step) from \(rate)")
      }
    }
    let readings = [0.1, 5].map { loss in
      Observation(
        step: 30, stepBudget: 60, trainLoss: loss, validationLoss: loss, predictionVariance: loss,
        predictionChangeVariance: loss, weightMean: loss, weightVariance: loss, learningRate: 0.02)
    }
    let rates = readings.map { reading in
      var session = training.controller.session()
      return session.nextLearningRate(after: reading)
    }
    #expect(rates[0] == rates[1])
    let distances = readings.map { reading in
      var history = RunHistory()
      history.add(reading)
      return training.controller.outOfDistribution(of: history)
    }
    #expect(distances[0] != nil && distances[0] == distances[1])
    let saved = try JSONDecoder().decode(
      ControllerTraining.State.self, from: JSONEncoder().encode(training.state))
    #expect(saved.configuration == configuration)
    var further = configuration
    further.imitates = false
    _ = try ControllerTraining(configuration: further, from: training.controller)

    #expect(throws: ScheduleError.self) {
      try Self.train(configuration, teacher: "one-cycle:-1", workers: 1)
    }
  }

  @Test("Two tasks with a teacher each are told apart, with the same bits whatever the workers and the stops")
  func tasks() throws {
    var configuration = Self.configuration(episodes: 24)
    configuration.episodesPerUpdate = 24
    configuration.initialLearningRates = [0.05, 0.01]
    configuration.imitates = true
    configuration.teacherCount = 2
    let lowestLosses = [0.05, 20]
    func train(
      _ configuration: ControllerTraining.Configuration, workers: Int, stops: Bool = false
    ) throws -> ControllerTraining {
      var training = try ControllerTraining(configuration: configuration)
      let problems = try Self.problems(
        teachers: ["constant:0.04", "constant:0.01"], lowestLosses: lowestLosses)
      let pool = TraineePool(workers: workers)
      while !training.isFinished {
        try training.advance(problems: problems, on: pool)
        guard stops else { continue }
        training = ControllerTraining(
          resuming: try JSONDecoder().decode(
            ControllerTraining.State.self, from: JSONEncoder().encode(training.state)))
      }
      return training
    }
    let trainings = try [1, 3].map { try train(configuration, workers: $0) }
    #expect(trainings[0].controller == trainings[1].controller)
    var often = configuration
    often.episodesPerUpdate = 5
    #expect(
      try train(often, workers: 2).controller == train(often, workers: 2, stops: true).controller)
    let episodes = trainings[0].state.episodes
    #expect(episodes.map(\.episode) == Array(0..<24))
    for (index, episode) in episodes.enumerated() {
      #expect((episode.bestValidationLoss >= 20) == (index % 2 == 1))
      #expect(episode.initialLearningRate == configuration.initialLearningRate(ofEpisode: index / 2))
    }
    for (loss, target) in zip(lowestLosses, [0.04, 0.01]) {
      var session = trainings[0].controller.session()
      let run = try TrainingRun(
        of: RegressionTrainee(lowestLoss: loss), ratesFrom: &session, seed: 99, initialLearningRate: 0.02,
        plan: Self.plan)
      for observation in run.observations where (25...40).contains(observation.step) {
        #expect(abs(log(observation.learningRate / target)) < 0.4, "\(observation.step) on \(loss)")
      }
    }
  }

  @Test("Episodes begin at every rate equally often, in orders that differ")
  func initialRates() throws {
    let configuration = Self.configuration()
    let rates = (0..<30).map { configuration.initialLearningRate(ofEpisode: $0) }
    let rounds = stride(from: 0, to: 30, by: 3).map { Array(rates[$0..<$0 + 3]) }
    #expect(rounds.allSatisfy { Set($0) == Set(configuration.initialLearningRates) })
    #expect(Set(rounds).count > 2)
    let training = try Self.train(configuration, workers: 2)
    #expect(training.state.episodes.map(\.initialLearningRate) == Array(rates[..<12]))
  }

  @Test("A training resumed from its saved state ends with the same bits as one that was not stopped")
  func resume() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = TrainingStateStore(folder: folder)
    let whole = try Self.train(Self.configuration(actor: .lstm(hidden: 8)), workers: 2)
    var training = try ControllerTraining(configuration: Self.configuration(actor: .lstm(hidden: 8)))
    let pool = TraineePool(workers: 2)
    while !training.isFinished {
      try training.advance(problems: Self.problems(), on: pool)
      try store.save(Self.saved(training))
      training = ControllerTraining(resuming: try store.newest().state)
    }
    #expect(training.controller == whole.controller)
    #expect(training.state.episodes == whole.state.episodes)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
    try AtomicFile.write("what a killed process leaves", to: folder + "/.state-000001.json.77.tmp")
    store.remove()
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test(
    "Exploration moves the rate as far at first, whatever the range of a decision",
    arguments: [0.3, 0.6, 1e-9, 1e9])
  func exploration(logScale: Double) throws {
    var configuration = Self.configuration()
    configuration.action.logScale = logScale
    let policy = try ControllerTraining(configuration: configuration).controller.policy
    let change = logScale * Double(exp(policy.configuration.initialLogStandardDeviation))
    // Beyond what a deviation may be, it is as near to that as allowed.
    let expected = min(max(0.3 * exp(-0.5), logScale * exp(-9.5)), logScale * exp(1.5))
    #expect(abs(change / expected - 1) < 1e-5)
  }

  @Test("Annealed rates fall in a straight line, and the last update still learns")
  func annealing() throws {
    var configuration = Self.configuration(episodes: 10)
    #expect(configuration.ppo(after: 8) == configuration.ppo)
    configuration.annealing = .linear
    let rates = (0..<3).map { configuration.ppo(after: 4 * $0).actorLearningRate }
    #expect(
      zip(rates, [1, 2.0 / 3, 1.0 / 3]).allSatisfy {
        abs($0 / configuration.ppo.actorLearningRate - $1) < 1e-12
      })
    let annealed = try Self.train(configuration, workers: 2)
    configuration.annealing = nil
    #expect(annealed.controller != (try Self.train(configuration, workers: 2).controller))
  }

  @Test("A training begins as a trained controller, if that has the same features, action and networks")
  func fromTrained() throws {
    let trained = try Self.train(Self.configuration(episodes: 8), workers: 2)
    let training = try ControllerTraining(configuration: Self.configuration(), from: trained.controller)
    #expect(training.controller.policy == trained.controller.policy)
    var further = training
    try further.advance(problems: Self.problems(), on: TraineePool(workers: 2))
    #expect(further.controller.policy != trained.controller.policy)
    #expect(further.controller.normalizer.statistics == trained.controller.normalizer.statistics)
    #expect(try further.untrainedController().policy == trained.controller.policy)
    let changes: [(inout ControllerTraining.Configuration) -> Void] = [
      { $0.features = .paper }, { $0.action.logScale = 1 }, { $0.actor = .lstm(hidden: 8) },
      { $0.critic = .mlp(hidden: 7) },
    ]
    for change in changes {
      var configuration = Self.configuration()
      change(&configuration)
      #expect(throws: ConfigurationError.self) {
        try ControllerTraining(configuration: configuration, from: trained.controller)
      }
    }
  }

  @Test("A fall of the trained controller alone changes no episode; one of the episodes does")
  func finalFall() throws {
    var configuration = Self.configuration()
    let plain = try Self.train(configuration, workers: 2).controller
    configuration.finalFall = 0.3
    let given = try Self.train(configuration, workers: 2).controller
    #expect(given.policy == plain.policy)
    #expect((given.action.fall, plain.action.fall) == (0.3, 0))
    let further = try ControllerTraining(configuration: Self.configuration(), from: given)
    #expect(further.controller.policy == given.policy)
    (configuration.finalFall, configuration.action.fall) = (nil, 0.3)
    let learned = try Self.train(configuration, workers: 2).controller
    #expect(learned.action.fall == 0.3)
    #expect(learned.policy != plain.policy)
    configuration.finalFall = 1.5
    #expect(throws: ConfigurationError.self) { try configuration.validate() }
  }

  @Test("A training that goes on for longer than was meant ends as one that was begun so long")
  func extended() throws {
    let pool = TraineePool(workers: 2)
    var training = ControllerTraining(
      resuming: try Self.train(Self.configuration(episodes: 8), workers: 2).state, episodes: 12)
    while !training.isFinished { try training.advance(problems: Self.problems(), on: pool) }
    let whole = try Self.train(Self.configuration(episodes: 12), workers: 2)
    #expect(training.controller == whole.controller)
    #expect(training.state.episodes == whole.state.episodes)
  }

  @Test("When the newest saved state is damaged, the one before it is taken")
  func damagedState() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = TrainingStateStore(folder: folder)
    #expect(throws: FileError.self) { try store.newest() }
    var training = try ControllerTraining(configuration: Self.configuration())
    let pool = TraineePool(workers: 1)
    for _ in 0..<3 {
      try training.advance(problems: Self.problems(), on: pool)
      try store.save(Self.saved(training))
    }
    try AtomicFile.write("{", to: folder + "/state-000003.json")
    #expect(try store.newest().state.updates.count == 2)
    // Parts that do not fit each other would crash later.
    let whole = try String(contentsOfFile: folder + "/state-000002.json", encoding: .utf8)
    for (part, edited) in [
      ("\"extended\"", "\"paper\""), ("\"mean\":[", "\"mean\":[0,"),
      ("\"episodeCount\":4,", "\"episodeCount\":5,"),
    ] {
      #expect(whole.contains(part))
      try AtomicFile.write(
        whole.replacingOccurrences(of: part, with: edited), to: folder + "/state-000002.json")
      #expect(throws: FileError.self) { try store.newest() }
    }
    try AtomicFile.write("nonsense", to: folder + "/state-000002.json")
    #expect(throws: FileError.self) { try store.newest() }
  }

  @Test("An update that is interrupted leaves the state as it was")
  func interrupt() throws {
    var training = try ControllerTraining(configuration: Self.configuration())
    let pool = TraineePool(workers: 2)
    try training.advance(problems: Self.problems(), on: pool)
    let before = training.controller
    #expect(throws: Interrupted.self) {
      try training.advance(problems: Self.problems(), on: pool, shouldStop: { true })
    }
    #expect(training.controller == before)
    #expect(training.state.updates.count == 1)
  }

  @Test("A process that ends in the midst of an episode is started again, and the training goes on")
  func failingProcess() throws {
    let flag = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: flag) }
    let script =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
      + "/TraineeTests/misbehaving.py"
    func train(_ arguments: [String]) throws -> ControllerTraining {
      var process = ProcessTrainee.Configuration(arguments: ["python3", script] + arguments)
      process.restarts = 1
      process.onMessage = { _ in }
      var training = try ControllerTraining(configuration: Self.configuration(episodes: 4))
      let make = ProcessTrainee.factory(process)
      let problem = Problem(try Self.problems().problems[0].description, plan: Self.plan) { _ in try make() }
      let pool = TraineePool(workers: 1)
      while !training.isFinished { try training.advance(problems: ProblemList([problem]), on: pool) }
      return training
    }
    let (whole, restarted) = (try train(["behaves", "none"]), try train(["exits", "train", flag]))
    #expect(restarted.state.episodes.count == 4)
    #expect(restarted.state.episodes.map(\.seed) == whole.state.episodes.map(\.seed))
    let error = #expect(throws: TraineeProcessError.self) { try train(["exits", "train"]) }
    #expect(error?.kind == .exited)
  }

  @Test(
    "A controller learns to raise rates that are too low", arguments: [Reward.improvement, .validationLoss])
  func learns(reward: Reward) throws {
    var configuration = Self.configuration(episodes: 240, reward: reward)
    configuration.initialLearningRates = [0.003]
    let training = try Self.train(configuration, workers: 2)
    func loss(_ controller: Controller) throws -> Double {
      let losses = try (1000..<1020).map { seed in
        var session = controller.session()
        return try TrainingRun(
          of: RegressionTrainee(), ratesFrom: &session, seed: UInt64(seed), initialLearningRate: 0.003,
          plan: Self.plan
        ).final.validationLoss
      }
      return losses.reduce(0, +) / Double(losses.count)
    }
    let (trained, untrained) = (try loss(training.controller), try loss(training.untrainedController()))
    #expect(trained < 0.7 * untrained, "trained \(trained), untrained \(untrained)")
  }

  @Test("A reward brings its discount, which may be changed after it", arguments: Reward.allCases)
  func discount(reward: Reward) {
    var configuration = ControllerTraining.Configuration()
    configuration.reward = reward
    #expect(configuration.ppo.discount == reward.defaultDiscount)
    configuration.ppo.discount = 0.5
    #expect(configuration.ppo.discount == 0.5)
  }

  @Test("A first reading that is not finite ends the training with words, before it spoils the statistics")
  func firstReading() throws {
    var training = try ControllerTraining(configuration: Self.configuration())
    let problems = try Self.problems(firstLoss: .infinity)
    let error = #expect(throws: TraineeError.self) {
      try training.advance(problems: problems, on: TraineePool(workers: 1))
    }
    #expect(error?.description.contains("before any training") == true)
    #expect(training.state.updates.isEmpty)
  }

  @Test("Configurations out of range are refused, each with its own words")
  func ranges() {
    let changes: [(String, (inout ControllerTraining.Configuration) -> Void)] = [
      ("number of episodes", { $0.episodes = 0 }),
      ("episodes an update", { $0.episodesPerUpdate = 0 }),
      ("group size", { $0.groupSize = 0 }),
      ("episodes an update", { $0.groupSize = 3 }),
      ("chance of an absence", { $0.absence = 2 }),
      ("chance of branches", { $0.branching = -0.1 }),
      ("chance of branches", { $0.branching = 0.5 }),
      ("decay of the policy's average", { $0.policyAverage = 1 }),
      ("list of initial learning rates", { $0.initialLearningRates = [] }),
      ("initial learning rate", { $0.initialLearningRates = [.nan] }),
      ("log scale", { $0.action.logScale = 0 }),
      ("lowest learning rate", { $0.action.minimum = -1 }),
      ("highest learning rate", { $0.action.maximum = 1e-9 }),
      ("updates before the statistics freeze", { $0.updatesUntilFreeze = 0 }),
      ("clipRange", { $0.ppo.clipRange = 0 }),
    ]
    for (name, change) in changes {
      var configuration = Self.configuration()
      change(&configuration)
      let error = #expect(throws: (any Error).self) { try ControllerTraining(configuration: configuration) }
      #expect("\(error.map { "\($0)" } ?? "")".contains(name))
    }
  }
}
