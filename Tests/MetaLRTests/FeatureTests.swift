import Foundation
import Testing

@testable import MetaLR

@Suite("Features")
struct FeatureTests {
  private func reading(_ step: Int, _ train: Double, _ validation: Double?, rate: Double = 0.01)
    -> Observation
  {
    var observation = Observation(
      step: step, stepBudget: 100, learningRate: rate, measures: MeasureValues([.trainLoss: train]))
    observation[.validationLoss] = validation
    observation[.chanceLoss] = 2
    observation[.usualLearningRate] = 0.001
    return observation
  }

  private func value(_ name: String, _ history: RunHistory) throws -> Double? {
    try #require(Feature.byName[name]).value(of: history)
  }

  @Test("Losses are relative to the first, to chance, to the best, and to those before")
  func losses() throws {
    var history = RunHistory()
    let losses = [2.0, 1.5, 1.0, 1.2, 0.9, 1.1]
    for (index, loss) in losses.enumerated() { history.add(reading(index, loss / 2, loss)) }
    func ln(_ loss: Double) -> Double { log(loss + 2e-4) }
    let expected: [(String, Double)] = [
      ("validation loss over first", ln(1.1) - ln(2)), ("validation loss over chance", ln(1.1) - log(2)),
      ("validation loss change 1", ln(1.1) - ln(0.9)), ("validation loss change 4", ln(1.1) - ln(1.5)),
      ("validation loss change 16", ln(1.1) - ln(2)), ("validation loss over best", ln(1.1) - ln(0.9)),
      ("validation loss over train loss", ln(1.1) - ln(0.55)), ("train loss over first", ln(0.55) - ln(1)),
      ("rate over usual", log(10)), ("rate over initial", 0), ("progress", 0.05),
      ("log remaining", log(0.95 + 0.02)),
    ]
    for (name, number) in expected {
      #expect(abs(try #require(try value(name, history)) - number) < 1e-9, "\(name)")
    }
    var average = 0.0
    for (before, after) in zip(losses, losses.dropFirst()) {
      average += 0.2 * (ln(after) - ln(before) - average)
    }
    #expect(abs(try #require(try value("validation loss change average", history)) - average) < 1e-9)
  }

  @Test("The past stays bounded, and survives JSON bit for bit")
  func bounded() throws {
    var history = RunHistory()
    for step in 0..<100 { history.add(reading(step, 1 / Double(step + 1), 1)) }
    #expect(history.trainLogs.count == 17)
    let read = try JSONDecoder().decode(RunHistory.self, from: JSONEncoder().encode(history))
    #expect(read == history)
    #expect(FeatureList.universal.values(of: read) == FeatureList.universal.values(of: history))
  }

  @Test("What a trainee does not report, or a run hides, is absent, and the presence features say so")
  func absent() throws {
    var history = RunHistory()
    history.add(reading(0, 1, nil))
    #expect(try value("validation loss over first", history) == nil)
    #expect(try value("has validation", history) == 0)
    #expect(try value("has budget", history) == 1)
    history.hidden = [.budget]
    #expect(try value("progress", history) == nil)
    #expect(try value("has budget", history) == 0)
    let policy = try ControllerTraining(configuration: .init()).controller
    let inputs = policy.inputs(of: [nil, 1, nil, 1, 1, 1, 1, nil])
    #expect(inputs[0] == 0 && inputs[7] == 0)
  }

  @Test("Lists are kept by name; an unknown name is refused with a sentence")
  func lists() throws {
    for (name, list) in FeatureList.presets {
      #expect(list.presetName == name)
      let read = try JSONDecoder().decode(FeatureList.self, from: JSONEncoder().encode(list))
      #expect(read == list)
    }
    #expect(FeatureList.extended.count == 8 && !FeatureList.extended.looksBack)
    #expect(FeatureList.universal.looksBack)
    let error = #expect(throws: ConfigurationError.self) {
      try FeatureList(names: ["log train loss", "mood"])
    }
    #expect(error?.description.contains("'mood'") == true)
    #expect(throws: ConfigurationError.self) { try FeatureList(names: ["progress", "progress"]) }
  }

  @Test("A controller that looks decides before the first step, and looks cost steps")
  func looks() throws {
    final class Looking: Trainee {
      let inner = RegressionTrainee()
      var rates: [Double] = []
      func reset(seed: UInt64, stepBudget: Int, learningRate: Double) throws -> Observation {
        try inner.reset(seed: seed, stepBudget: stepBudget, learningRate: learningRate)
      }
      func train(learningRates: [Double]) throws -> Observation {
        rates += learningRates
        return try inner.train(learningRates: learningRates)
      }
      func evaluate() throws -> Evaluation { try inner.evaluate() }
      func snapshot() throws -> Data { try inner.snapshot() }
      func restore(_ snapshot: Data) throws { try inner.restore(snapshot) }
      func look(learningRate: Double) throws -> Observation? {
        Observation(
          step: 0, stepBudget: 60, learningRate: learningRate,
          measures: MeasureValues([.trainLoss: 1, .lossBeforeTrial: 2]))
      }
    }
    var configuration = ControllerTrainingTests.configuration(episodes: 8)
    configuration.action.looks = 3
    configuration.features = .universal
    configuration.groupSize = 4
    configuration.normalizerEpisodes = 4
    configuration.episodes = 12
    configuration.actor = .gru(embedding: 8, hidden: 5)
    let problem = Problem(
      try ControllerTrainingTests.problems().problems[0].description, plan: ControllerTrainingTests.plan
    ) { _ in Looking() }
    func train(_ workers: Int) throws -> ControllerTraining {
      var training = try ControllerTraining(configuration: configuration)
      while !training.isFinished {
        try training.advance(problems: ProblemList([problem]), on: TraineePool(workers: workers))
      }
      return training
    }
    let training = try train(1)
    #expect(training.controller == (try train(3).controller))
    #expect(training.state.updates.map(\.episodeCount) == [4, 4, 4])
    let trainee = Looking()
    var session = training.controller.session()
    let run = try TrainingRun(
      of: trainee, ratesFrom: &session, seed: 1, initialLearningRate: 0.01, plan: ControllerTrainingTests.plan
    )
    // One gradient and three forward passes are two steps.
    #expect(trainee.rates.count == 58 && run.final.step == 60)
    #expect(trainee.rates[0] != 0.01)
    let saved = try JSONDecoder().decode(
      ControllerTraining.State.self, from: JSONEncoder().encode(training.state))
    #expect(ControllerTraining(resuming: saved).controller == training.controller)
  }
}
