import Datasets
import Foundation
import NeuralNet
import Testing
import BuiltInTrainees

@Suite("Image classifier")
struct ImageClassifierTests {
  static let models: [ModelSpecification] = [
    .leNet, .cifarResNet(blocks: 1, width: 4), .wideLeNet(width: 0.1, dropout: 0.4),
  ]

  @Test("It learns to tell squares apart", arguments: models)
  func learns(model: ModelSpecification) throws {
    let trainee = try Example.trainee(model: model)
    let start = trainee.reset(seed: 1, stepBudget: 40, learningRate: 0.005)
    let end = trainee.train(learningRates: [Double](repeating: 0.005, count: 40))
    #expect(start.validationLoss > 0.9 && end.validationLoss < 0.3)
    #expect(trainee.evaluate().accuracy > 0.9)
    #expect(end.step == 40 && end.progress == 1)
  }

  @Test("The seed alone decides the run, whatever came before and however many threads", arguments: models)
  func determinism(model: ModelSpecification) throws {
    let first = try Example.trainee(model: model)
    let second = try Example.trainee(model: model, threads: 3)
    _ = second.reset(seed: 9, stepBudget: 5, learningRate: 0.1)
    _ = second.train(learningRates: [0.1, 0.1])
    #expect(curve(first, seed: 4) == curve(second, seed: 4))
    #expect(curve(first, seed: 4) != curve(first, seed: 5))
    #expect(first.evaluate() != second.evaluate())
  }

  @Test("Observations are what their documentation says")
  func observation() throws {
    let data = Example.splits()
    let trainee = try Example.trainee(data)
    let start = trainee.reset(seed: 2, stepBudget: 10, learningRate: 0.01)
    let before = probabilities(of: trainee, data.validation, data)
    #expect(start.step == 0 && start.stepBudget == 10 && start.learningRate == 0.01)
    #expect(start.trainLoss == start.validationLoss)
    #expect(start[.predictionChangeVariance] == 0)

    let observation = trainee.train(learningRates: [0.01, 0.002])
    let after = probabilities(of: trainee, data.validation, data)
    #expect(observation.step == 2 && observation.progress == 0.2 && observation.learningRate == 0.002)
    let flat = after.flatMap { $0 }
    let changes = zip(flat, before.flatMap { $0 }).map { $0 - $1 }
    #expect(isClose(observation[.predictionVariance] ?? .nan, variance(flat)))
    #expect(isClose(observation[.predictionChangeVariance] ?? .nan, variance(changes)))
    let labels = data.validation.indices.map { Int(data.validation.images.labels[Int($0)]) }
    let losses = zip(after, labels).map { -log($0[$1]) }
    #expect(isClose(observation.validationLoss, losses.reduce(0, +) / Double(losses.count)))
    let entry = try #require(trainee.network.model.parameters["fc3.weight"])
    let weights = trainee.network.parameters.elements[entry.range].map(Double.init)
    #expect(isClose(observation[.weightMean] ?? .nan, weights.reduce(0, +) / Double(weights.count)))
    #expect(isClose(observation[.weightVariance] ?? .nan, variance(weights)))
  }

  @Test("The training loss is the mean over the interval's batches, which follow the seed's order")
  func trainLoss() throws {
    let data = Example.splits(train: 24)
    let trainee = try Example.trainee(data)
    _ = trainee.reset(seed: 3, stepBudget: 10, learningRate: 0.01)
    // One batch is the whole split here, in whatever order: its loss is known before the step.
    let first = meanLoss(trainee, data.train, data)
    let observation = trainee.train(learningRates: [0.01])
    #expect(isClose(observation.trainLoss, first))
    let second = meanLoss(trainee, data.train, data)
    #expect(second != first)
    #expect(isClose(trainee.train(learningRates: [0.01]).trainLoss, second))
  }

  @Test("A diverged run is reported, not thrown, and the next run is as good as new", arguments: models)
  func divergence(model: ModelSpecification) throws {
    for optimizer in Optimizer.Configuration.all {
      let trainee = try Example.trainee(model: model, optimizer: optimizer)
      let fresh = curve(trainee, seed: 1)
      _ = trainee.reset(seed: 1, stepBudget: 6, learningRate: 1e3)
      let end = trainee.train(learningRates: [1e3, 1e3, 1e30, 1e30, 1e30, 1e30])
      #expect(!end.isFinite || end.validationLoss > 10 || optimizer == .adadelta(), "\(optimizer)")
      #expect((0...1).contains(trainee.evaluate().accuracy))
      #expect(curve(trainee, seed: 1) == fresh)
    }
  }

  @Test("Memory of a trainee at the scale of the paper is a small part of 1.5 GB")
  func memory() throws {
    let images = LabelledImages(
      shape: PixelShape(channels: 3, height: 32, width: 32), classes: 10,
      pixels: [UInt8](repeating: 0, count: 10_000 * 3072), labels: [UInt8](repeating: 0, count: 10_000))
    let split = Split(all: images)
    let data = DataSplits(name: "grey", train: split, validation: split, test: split)
    #expect(try ImageClassifier(data: data).memory < 20 << 20)
  }

  private func curve(_ trainee: ImageClassifier, seed: UInt64) -> [Observation] {
    [trainee.reset(seed: seed, stepBudget: 6, learningRate: 0.003)]
      + (0..<3).map { _ in trainee.train(learningRates: [0.003, 0.003]) }
  }

  private func source(_ split: Split, _ data: DataSplits) -> ImageSource {
    ImageSource(
      pixels: split.images.pixels, labels: split.images.labels, mean: data.mean,
      standardDeviation: data.standardDeviation)
  }

  /// Softmax outputs one image at a time.
  private func probabilities(of trainee: ImageClassifier, _ split: Split, _ data: DataSplits) -> [[Double]] {
    let row = AlignedBuffer<Float>(count: data.classes)
    return split.indices.map { index in
      _ = trainee.network.evaluate(source(split, data), indices: [index], probabilities: row.elements)
      return row.elements.map(Double.init)
    }
  }

  private func meanLoss(_ trainee: ImageClassifier, _ split: Split, _ data: DataSplits) -> Double {
    let labels = split.indices.map { Int(split.images.labels[Int($0)]) }
    let losses = zip(probabilities(of: trainee, split, data), labels).map { -log($0[$1]) }
    return losses.reduce(0, +) / Double(losses.count)
  }

  private func variance(_ numbers: [Double]) -> Double {
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
  }

  private func isClose(_ value: Double, _ expected: Double) -> Bool {
    abs(value - expected) <= 1e-5 * max(abs(expected), 1e-6)
  }
}
