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
  public private(set) var configuration: Configuration
  /// The network in its present state.
  public let network: Network

  /// Whether gradients and updates are measured, at 1 to 3 per cent of a step of LeNet-5; true by default.
  ///
  /// A change takes effect at the next `reset`.
  public var reportsDynamics = true

  /// The optimizer that the trainee was made with.
  public let ownOptimizer: Optimizer.Configuration
  private(set) var optimizer: Optimizer
  private(set) var average: WeightAverage?
  private(set) var meter: StepMeter?
  private(set) var halfGradient: AlignedBuffer<Float>?
  var run: Run?
  /// Softmax outputs on the validation split at the last observation, (image, class).
  var predictions: AlignedBuffer<Float>
  var earlierPredictions: AlignedBuffer<Float>
  private(set) var batch: [Int32]
  let trainSource: ImageSource
  let validationSource: ImageSource
  let testSource: ImageSource
  let lastDenseWeights: Range<Int>
  /// Keeps the trained weights while the network has others.
  private(set) lazy var spareParameters = AlignedBuffer<Float>(count: network.parameters.count)

  /// Where a run is.
  struct Run: Codable, Equatable {
    var step = 0
    var stepBudget: Int
    var order: BatchOrder
    /// Decides what dropout leaves out; nil where there is none.
    var dropoutSeed: UInt32?
    /// Whether the average had the lower validation loss at the last observation; nil is no.
    var usesAverage: Bool?
  }

  /// Takes all memory that training needs; call ``reset(seed:stepBudget:learningRate:)`` before anything
  /// else.
  ///
  /// - Throws: `TraineeError` when the configuration is impossible, `ModelError` when the model does not
  ///   fit the images, `InstructionSetError` when the environment names instructions that the processor
  ///   lacks.
  public init(data: DataSplits, configuration: Configuration = Configuration()) throws {
    try configuration.validate()
    let shape = data.shape
    let model = try configuration.model.model(
      input: .init(channels: shape.channels, height: shape.height, width: shape.width), classes: data.classes)
    guard let weights = model.lastDenseWeights else {
      throw ModelError("\(configuration.model) has no dense layer to observe. Choose another model.")
    }
    try MachineMemory.check(model, of: configuration)
    let instructionSet = try configuration.instructionSet ?? InstructionSet.chosen()
    var generator = SeededGenerator(seed: 0)
    self.data = data
    self.configuration = configuration
    network = Network(
      model, maximumBatch: configuration.batchSize, threads: configuration.threads,
      instructionSet: instructionSet, generator: &generator)
    ownOptimizer = configuration.optimizer
    optimizer = Self.optimizer(configuration, model, instructionSet)
    average = Self.average(configuration, model)
    predictions = AlignedBuffer(count: data.validation.count * data.classes)
    earlierPredictions = AlignedBuffer(count: data.validation.count * data.classes)
    batch = [Int32](repeating: 0, count: configuration.batchSize)
    trainSource = ImageSource(data.train, of: data)
    validationSource = ImageSource(data.validation, of: data)
    testSource = ImageSource(data.test, of: data)
    lastDenseWeights = weights
  }

  private static func optimizer(
    _ configuration: Configuration, _ model: Model, _ instructionSet: InstructionSet
  ) -> Optimizer {
    Optimizer(
      configuration.optimizer, count: model.parameters.count, instructionSet: instructionSet,
      tensors: model.parameters.entries.map(\.range))
  }

  private static func average(_ configuration: Configuration, _ model: Model) -> WeightAverage? {
    configuration.averaging == .none
      ? nil : WeightAverage(configuration.averaging, count: model.parameters.count)
  }

  /// Trains with another optimizer from the next `reset` on.
  ///
  /// - Parameters:
  ///   - optimizer: Which method, with its constants.
  ///   - averaging: Which average of the weights; nil, the default, keeps that of now.
  /// - Precondition: Both are valid.
  public func use(_ optimizer: Optimizer.Configuration, averaging: WeightAveraging? = nil) {
    var next = configuration
    next.optimizer = optimizer
    next.averaging = averaging ?? configuration.averaging
    guard next != configuration else { return }
    configuration = next
    self.optimizer = Self.optimizer(next, network.model, network.instructionSet)
    average = Self.average(next, network.model)
    run = nil
  }

  /// Bytes of the buffers of this trainee, without the data that it shares.
  public var memory: Int {
    let hasSpare = meter != nil || average != nil || configuration.optimizer.hasEvaluationWeights
    // The meter's five, the half gradient and its sum.
    let copies = (average == nil ? 0 : 1) + (meter == nil ? 0 : 7) + (hasSpare ? 1 : 0)
    return network.memory + optimizer.memory
      + 4 * (2 * predictions.count + batch.count + copies * network.parameters.count)
  }

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
    optimizer.begin(network.parameters)
    average?.begin(network.parameters)
    beginMeter()
    var run = Run(stepBudget: stepBudget, order: BatchOrder(count: data.train.count, seed: orders.next()))
    if network.model.hasDropout { run.dropoutSeed = UInt32(truncatingIfNeeded: orders.next()) }
    var observation = observe(&run, trainLoss: 0, learningRate: learningRate)
    self.run = run
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
    meter?.beginInterval(network.parameters)
    var sum = 0.0
    for (index, rate) in learningRates.enumerated() {
      fillBatch(from: &run.order)
      beginDropout(of: run)
      let isLast = index == learningRates.count - 1
      let loss = network.lossAndGradient(trainSource, indices: batch, half: isLast ? halfGradient : nil)
      sum += loss
      meter?.note(loss: loss)
      if isLast { noteHalf() }
      step(at: rate)
      run.step += 1
      average?.add(network.parameters, step: run.step)
    }
    let observation = observe(
      &run, trainLoss: sum / Double(learningRates.count), learningRate: optimizer.ownRate ?? last)
    self.run = run
    return observation
  }

  /// Takes the next images of an order as the batch.
  func fillBatch(from order: inout BatchOrder) {
    batch.withUnsafeMutableBufferPointer { batch in
      order.fill(batch)
      for place in batch.indices { batch[place] = data.train.indices[Int(batch[place])] }
    }
  }

  /// Gives the next step a dropout of its own.
  func beginDropout(of run: Run) {
    network.dropoutSeed = (run.dropoutSeed ?? 0) &+ UInt32(truncatingIfNeeded: run.step)
  }

  /// Takes the optimizer's step by the gradient of now.
  func step(at rate: Double) {
    optimizer.step(parameters: network.parameters, gradient: network.gradient, learningRate: rate)
    meter?.didStep(network.parameters, gradient: network.gradient)
  }

  /// Begins to measure from the weights of now, or stops to.
  func beginMeter() {
    guard reportsDynamics else {
      (meter, halfGradient) = (nil, nil)
      return
    }
    let count = network.parameters.count
    meter = meter ?? StepMeter(count: count, instructionSet: network.instructionSet)
    halfGradient = halfGradient ?? AlignedBuffer(count: count)
    meter?.begin(network.parameters)
    meter?.beginInterval(network.parameters)
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
