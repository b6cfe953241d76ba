import Datasets
import Foundation
import NeuralNet
import Randomness
import Trainee

/// The built-in trainee: a network that learns to classify images.
///
/// Two runs of the same seed, data and configuration give the same bits on the same instruction set, whatever
/// the number of threads. The data is shared with other trainees; each holds its own network.
public final class ImageClassifier: Trainee {
  /// The images, shared and never changed.
  public let data: DataSplits
  /// What was asked for.
  public let configuration: Configuration
  /// The network in its present state.
  public let network: Network

  /// Lets the rate move by itself from the one of the first step; nil, the default, takes the rates that are given.
  ///
  /// A snapshot does not hold it: a run that is restored goes on with the rate it had last.
  public var hypergradient: Hypergradient?

  let optimizer: Optimizer
  var run: Run?
  /// Softmax outputs on the validation split at the last observation, (image, class).
  var predictions: AlignedBuffer<Float>
  private var earlierPredictions: AlignedBuffer<Float>
  private var batch: [Int32]
  private let trainSource: ImageSource
  private let validationSource: ImageSource
  let testSource: ImageSource
  private let lastDenseWeights: Range<Int>

  /// Where a run is.
  struct Run: Codable, Equatable {
    var step = 0
    var stepBudget: Int
    var order: BatchOrder
  }

  /// Takes all memory that training needs; call ``reset(seed:stepBudget:learningRate:)`` before anything else.
  ///
  /// - Throws: ``TraineeError`` when the configuration is impossible, `ModelError` when the model does not fit
  ///   the images, `InstructionSetError` when the environment names instructions that the processor lacks.
  public init(data: DataSplits, configuration: Configuration = Configuration()) throws {
    try configuration.validate()
    let shape = data.shape
    let model = try configuration.model.model(
      input: .init(channels: shape.channels, height: shape.height, width: shape.width), classes: data.classes)
    guard let weights = model.lastDenseWeights else {
      throw ModelError("\(configuration.model) has no dense layer to observe. Choose another model.")
    }
    let instructionSet = try configuration.instructionSet ?? InstructionSet.chosen()
    var generator = SeededGenerator(seed: 0)
    self.data = data
    self.configuration = configuration
    network = Network(
      model, maximumBatch: configuration.batchSize, threads: configuration.threads,
      instructionSet: instructionSet, generator: &generator)
    optimizer = Optimizer(
      configuration.optimizer, count: model.parameters.count, instructionSet: instructionSet)
    predictions = AlignedBuffer(count: data.validation.count * data.classes)
    earlierPredictions = AlignedBuffer(count: data.validation.count * data.classes)
    batch = [Int32](repeating: 0, count: configuration.batchSize)
    trainSource = ImageSource(data.train, of: data)
    validationSource = ImageSource(data.validation, of: data)
    testSource = ImageSource(data.test, of: data)
    lastDenseWeights = weights
  }

  /// Bytes of the buffers of this trainee, without the data that it shares.
  public var memory: Int { network.memory + optimizer.memory + 4 * (2 * predictions.count + batch.count) }

  /// Starts a new run; the first observation's training loss is its validation loss.
  ///
  /// - Parameters:
  ///   - seed: Decides the weights and the order of the images.
  ///   - stepBudget: Optimizer steps that the run will take, at least 1.
  ///   - learningRate: The initial rate, which the first observation reports.
  /// - Returns: The observation at step 0.
  public func reset(seed: UInt64, stepBudget: Int, learningRate: Double) -> Observation {
    precondition(stepBudget > 0, "a run needs a budget of at least 1 step, got \(stepBudget)")
    var weights = SeededGenerator(seed: seed, stream: 0)
    var orders = SeededGenerator(seed: seed, stream: 1)
    network.initialise(using: &weights)
    optimizer.reset()
    hypergradient = hypergradient?.restarted
    let run = Run(stepBudget: stepBudget, order: BatchOrder(count: data.train.count, seed: orders.next()))
    self.run = run
    var observation = observe(run, trainLoss: 0, learningRate: learningRate)
    observation.trainLoss = observation.validationLoss
    observation[.predictionChangeVariance] = 0
    return observation
  }

  /// Takes one step on one batch at each of the rates, then observes.
  ///
  /// Going past the step budget is allowed: progress is then above 1.
  ///
  /// - Parameter learningRates: At least one rate, each finite and at least 0.
  /// - Returns: The observation; its training loss is the mean over these steps, each before its update.
  /// - Precondition: A run was started or restored.
  public func train(learningRates: [Double]) -> Observation {
    guard var run else { preconditionFailure("train was called before reset") }
    guard let last = learningRates.last, learningRates.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      preconditionFailure("train needs rates that are finite and at least 0, got \(learningRates)")
    }
    var (loss, used) = (0.0, last)
    for rate in learningRates {
      batch.withUnsafeMutableBufferPointer { batch in
        run.order.fill(batch)
        for place in batch.indices { batch[place] = data.train.indices[Int(batch[place])] }
      }
      if hypergradient == nil {
        loss += network.trainStep(trainSource, indices: batch, learningRate: rate, optimizer: optimizer)
      } else {
        loss += network.lossAndGradient(trainSource, indices: batch)
        used = hypergradient?.step(given: rate, network: network, optimizer: optimizer) ?? rate
      }
      run.step += 1
    }
    self.run = run
    return observe(run, trainLoss: loss / Double(learningRates.count), learningRate: used)
  }

  /// Mean loss and accuracy on the test split with the current weights.
  public func evaluate() -> Evaluation {
    let (lossSum, correct) = network.evaluate(testSource, indices: data.test.indices)
    let count = Double(data.test.count)
    return Evaluation(loss: lossSum / count, accuracy: Double(correct) / count)
  }

  private func observe(_ run: Run, trainLoss: Double, learningRate: Double) -> Observation {
    swap(&predictions, &earlierPredictions)
    let (lossSum, _) = network.evaluate(
      validationSource, indices: data.validation.indices, probabilities: predictions.elements)
    let weights = UnsafeMutableBufferPointer(rebasing: network.parameters.elements[lastDenseWeights])
    let (weightMean, weightVariance) = Moments.meanAndVariance(of: UnsafeBufferPointer(weights))
    let now = UnsafeBufferPointer(predictions.elements)
    return Observation(
      step: run.step, stepBudget: run.stepBudget, trainLoss: trainLoss,
      validationLoss: lossSum / Double(data.validation.count),
      predictionVariance: Moments.meanAndVariance(of: now).variance,
      predictionChangeVariance: Moments.changeVariance(
        from: UnsafeBufferPointer(earlierPredictions.elements), to: now),
      weightMean: weightMean, weightVariance: weightVariance, learningRate: learningRate)
  }
}

extension ImageSource {
  /// The images of a split, standardised as the data says.
  fileprivate init(_ split: Split, of data: DataSplits) {
    self.init(
      pixels: split.images.pixels, labels: split.images.labels, mean: data.mean,
      standardDeviation: data.standardDeviation)
  }
}
