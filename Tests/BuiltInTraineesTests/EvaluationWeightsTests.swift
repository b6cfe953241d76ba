import BuiltInTrainees
import Foundation
import NeuralNet
import Testing

@Suite("Weights that a run is judged by")
struct EvaluationWeightsTests {
  static let models: [ModelSpecification] = [.leNet, .cifarResNet(blocks: 1, width: 4)]

  @Test("Schedule-free runs are validated, tested and saved at the average of their steps", arguments: models)
  func scheduleFree(model: ModelSpecification) throws {
    let trainee = try Example.trainee(model: model, optimizer: .scheduleFreeAdamW())
    _ = trainee.reset(seed: 1, stepBudget: 9, learningRate: 0.01)
    let observation = trainee.train(learningRates: [Double](repeating: 0.01, count: 6))
    let trained = Array(trainee.network.parameters.elements)
    #expect(trainee.weights.flatMap(\.values).prefix(trained.count) != trained[...])
    let judged = try evaluations(of: trainee)
    #expect(abs(judged.validation - observation.validationLoss) < 1e-6)
    #expect(abs(judged.test - trainee.evaluate().loss) < 1e-6)
    #expect(Array(trainee.network.parameters.elements) == trained)
    #expect(trainee.testProbabilities() == judged.probabilities)
  }

  @Test(
    "An average is a second candidate, and changes nothing else",
    arguments: models, [WeightAveraging.polynomial, .ema(0.9)])
  func averaging(model: ModelSpecification, averaging: WeightAveraging) throws {
    let plain = try Example.trainee(model: model)
    let averaged = try Example.trainee(model: model)
    averaged.use(.adam(), averaging: averaging)
    // A rate at which the loss goes up and down.
    let rate = model == .leNet ? 0.2 : 0.02
    var improved = 0
    _ = plain.reset(seed: 1, stepBudget: 30, learningRate: rate)
    _ = averaged.reset(seed: 1, stepBudget: 30, learningRate: rate)
    for _ in 0..<10 {
      let (one, other) = (
        plain.train(learningRates: [rate, rate, rate]), averaged.train(learningRates: [rate, rate, rate])
      )
      #expect(other.validationLoss <= one.validationLoss)
      if other.validationLoss < one.validationLoss { improved += 1 }
      var rest = other
      rest.validationLoss = one.validationLoss
      rest[.averagesWeights] = 0
      #expect(rest == one)
      let judged = try evaluations(of: averaged)
      #expect(abs(judged.validation - other.validationLoss) < 1e-6)
      #expect(abs(judged.test - averaged.evaluate().loss) < 1e-6)
    }
    #expect(improved > 0)
  }

  @Test("Shares of averages: the first step is all of it, and ema weighs steps by decay to their age")
  func shares() throws {
    var (fixed, decayed): ([Float], [Float]) = ([], [])
    for (averaging, path) in [(WeightAveraging.polynomial, 0), (.ema(0.5), 1)] {
      let trainee = try Example.trainee(optimizer: .sgd)
      trainee.use(.sgd, averaging: averaging)
      _ = trainee.reset(seed: 1, stepBudget: 9, learningRate: 0.1)
      var weights: [Float] = []
      for _ in 0..<2 {
        _ = trainee.train(learningRates: [0.1])
        weights.append(trainee.network.parameters.elements[0])
      }
      let expected =
        path == 0 ? weights[0] + 0.9 * (weights[1] - weights[0]) : (weights[1] + 0.5 * weights[0]) / 1.5
      // The average lies behind the snapshot's header, statistics and slot: parameters come first.
      let snapshot = try trainee.snapshot()
      let start = try #require(snapshot.firstIndex(of: 10)) + 1
      let count = trainee.network.parameters.count
      let place = start + 4 * 2 * count
      let average = snapshot[place..<place + 4].withUnsafeBytes { $0.loadUnaligned(as: Float.self) }
      #expect(abs(average - expected) < 1e-6)
      if path == 0 { fixed = weights } else { decayed = weights }
    }
    #expect(fixed == decayed)
  }

  @Test("Averages are read from text and written back, and nonsense is refused")
  func parsing() throws {
    for averaging in [WeightAveraging.none, .polynomial, .ema(0.99)] {
      #expect(try WeightAveraging(parsing: averaging.description) == averaging)
    }
    for text in ["", "mean", "ema", "ema:1", "ema:x", "polynomial:2"] {
      #expect(throws: TraineeError.self, "\(text)") { try WeightAveraging(parsing: text) }
    }
  }

  @Test(
    "A snapshot with an average goes on with the same bits, and is refused without one", arguments: models)
  func snapshots(model: ModelSpecification) throws {
    let (trainee, other) = (try Example.trainee(model: model), try Example.trainee(model: model))
    for twin in [trainee, other] { twin.use(.scheduleFreeSGD(), averaging: .polynomial) }
    _ = trainee.reset(seed: 1, stepBudget: 9, learningRate: 0.1)
    _ = trainee.train(learningRates: [0.1, 0.1])
    let (snapshot, evaluation) = (try trainee.snapshot(), trainee.evaluate())
    let expected = trainee.train(learningRates: [0.1, 0.1])
    try other.restore(snapshot)
    #expect(other.evaluate() == evaluation)
    #expect(other.train(learningRates: [0.1, 0.1]) == expected)
    other.use(.scheduleFreeSGD(), averaging: WeightAveraging.none)
    #expect(throws: TraineeError.self) { try other.restore(snapshot) }
  }

  @Test("Measurements of gradients and updates change nothing else, and a snapshot without them is read")
  func dynamics() throws {
    let (with, without) = (try Example.trainee(), try Example.trainee())
    without.reportsDynamics = false
    _ = with.reset(seed: 1, stepBudget: 9, learningRate: 0.01)
    _ = without.reset(seed: 1, stepBudget: 9, learningRate: 0.01)
    let (full, bare) = (with.train(learningRates: [0.01, 0.01]), without.train(learningRates: [0.01, 0.01]))
    for measure in bare.measures.measures { #expect(bare[measure] == full[measure]) }
    #expect(bare[.gradientNorm] == nil && full[.gradientNorm] != nil && full[.halfBatchCosine] != nil)
    try with.restore(without.snapshot())
    try without.restore(with.snapshot())
    #expect(with.train(learningRates: [0.01]).trainLoss == without.train(learningRates: [0.01]).trainLoss)
  }

  @Test("Plain gradient descent moves by rate times gradient, and the measures say so")
  func measures() throws {
    let trainee = try Example.trainee(optimizer: .sgd)
    let start = trainee.reset(seed: 1, stepBudget: 9, learningRate: 0.01)
    let observation = trainee.train(learningRates: [0.01])
    let gradient = try #require(observation[.gradientNorm])
    #expect(abs(try #require(observation[.updateNorm]) / (0.01 * gradient) - 1) < 1e-4)
    #expect(abs(try #require(observation[.predictedDecrease]) / (0.01 * gradient * gradient) - 1) < 1e-4)
    #expect(abs(try #require(observation[.initialDistance]) / (0.01 * gradient) - 1) < 1e-4)
    #expect(observation[.gradientCosine] == nil)
    let cosine = try #require(trainee.train(learningRates: [0.01])[.gradientCosine])
    #expect((-1...1).contains(cosine))
    #expect(start[.chanceLoss] == log(3) && start[.usualLearningRate] == 0.2 && start[.isAdaptive] == 0)
    #expect(start[.batchSize] == 24 && start[.exampleCount] == 60 && start[.classCount] == 3)
    #expect(start[.parameterCount] == Double(trainee.network.parameters.count) && start[.momentum] == 0)
  }

  @Test(
    "A look takes a trial step and undoes it", arguments: models,
    [Optimizer.Configuration.adam(), .scheduleFreeAdamW(), .hypergradient(.momentum())])
  func look(model: ModelSpecification, optimizer: Optimizer.Configuration) throws {
    let (trainee, twin) = (
      try Example.trainee(model: model, optimizer: optimizer),
      try Example.trainee(model: model, optimizer: optimizer)
    )
    _ = trainee.reset(seed: 1, stepBudget: 9, learningRate: 0.01)
    _ = twin.reset(seed: 1, stepBudget: 9, learningRate: 0.01)
    let look = try #require(trainee.look(learningRate: 1e-3))
    let ruinous = try #require(trainee.look(learningRate: 1e20))
    let before = try #require(look[.lossBeforeTrial])
    #expect(look.trainLoss < before && look.learningRate == 1e-3 && look.step == 0)
    #expect(ruinous[.lossBeforeTrial] == before && ruinous.trainLoss > before && ruinous.trainLoss.isFinite)
    #expect(ruinous.isFinite == false || ruinous[.updateNorm] ?? 0 > 1)
    #expect(look[.halfBatchCosine] != nil && look[.gradientNorm] == ruinous[.gradientNorm])
    #expect(trainee.train(learningRates: [0.01]) == twin.train(learningRates: [0.01]))
    #expect(trainee.look(learningRate: 1e-3) == nil)
  }

  /// Losses of the weights that a trainee hands out, in a network of its own.
  private func evaluations(
    of trainee: ImageClassifier
  ) throws -> (validation: Double, test: Double, probabilities: [Float]) {
    let twin = try Example.trainee(model: trainee.configuration.model)
    let values = trainee.weights.flatMap(\.values)
    twin.network.parameters.assign(values.prefix(twin.network.parameters.count))
    twin.network.statistics.assign(values.dropFirst(twin.network.parameters.count))
    let data = trainee.data
    func loss(_ split: Split) -> Double {
      let source = ImageSource(
        pixels: split.images.pixels, labels: split.images.labels, mean: data.mean,
        standardDeviation: data.standardDeviation)
      return twin.network.evaluate(source, indices: split.indices).lossSum / Double(split.count)
    }
    return (loss(data.validation), loss(data.test), twin.testProbabilities())
  }
}
