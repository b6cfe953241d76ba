import Datasets
import Foundation
import NeuralNet
import Randomness
import Trainee

/// A trainee of a drawn problem, whose runs cost milliseconds.
///
/// ``use(_:)`` turns it into a trainee of another problem. Its snapshots stay in its memory, and last until the next
/// `reset`.
public final class DrawnTrainee: Trainee {
  /// The examples.
  public private(set) var data: DrawnData
  /// Whether gradients, updates and predictions are measured; a schedule needs none of it, and is faster without.
  public var reportsDynamics = true

  private let instructionSet: InstructionSet
  let network: RowNetwork
  var optimizer: Optimizer
  var average: WeightAverage?
  var meter: StepMeter
  private var batch: DrawnBatch
  private var half: AlignedBuffer<Float>
  var predictions: (now: AlignedBuffer<Float>, before: AlignedBuffer<Float>)
  var run: Run?
  var firstGradient: (loss: Double, halfBatchCosine: Double)?
  var snapshots: [UInt64: Snapshot] = [:]
  var snapshotCount: UInt64 = 0

  /// A loss of so many times chance is a diverged run.
  private static let divergence = 1e4

  struct Run {
    var step = 0
    var stepBudget: Int
    var order: BatchOrder
    var hasDiverged = false
    /// Whether the average had the lower validation loss at the last observation.
    var usesAverage = false
  }

  /// A trainee of the problem that `data` is of.
  ///
  /// - Parameters:
  ///   - data: The examples, shared and never changed.
  ///   - instructionSet: Which kernels run; the fastest of this processor by default.
  public init(_ data: DrawnData, instructionSet: InstructionSet = .best) {
    let model = data.problem.model
    self.data = data
    self.instructionSet = instructionSet
    network = RowNetwork(model, instructionSet: instructionSet)
    optimizer = Optimizer(
      data.problem.optimizer, count: model.count, instructionSet: instructionSet, tensors: model.tensors)
    average = Self.average(data.problem)
    meter = StepMeter(count: model.count, instructionSet: instructionSet)
    batch = DrawnBatch(data)
    half = AlignedBuffer(count: model.count)
    predictions = Self.predictions(data)
  }

  /// Becomes a trainee of another problem.
  public func use(_ data: DrawnData) {
    guard data !== self.data else { return }
    let model = data.problem.model
    self.data = data
    network.use(model)
    optimizer = Optimizer(
      data.problem.optimizer, count: model.count, instructionSet: instructionSet, tensors: model.tensors)
    average = Self.average(data.problem)
    meter = StepMeter(count: model.count, instructionSet: instructionSet)
    batch = DrawnBatch(data)
    half = AlignedBuffer(count: model.count)
    predictions = Self.predictions(data)
    run = nil
    snapshots = [:]
  }

  private static func average(_ problem: DrawnProblem) -> WeightAverage? {
    problem.averaging == .none ? nil : WeightAverage(problem.averaging, count: problem.model.count)
  }

  private static func predictions(_ data: DrawnData) -> (AlignedBuffer<Float>, AlignedBuffer<Float>) {
    let count = data.problem.validationCount * data.problem.model.outputStride
    return (AlignedBuffer(count: count), AlignedBuffer(count: count))
  }

  /// Starts a new run.
  public func reset(seed: UInt64, stepBudget: Int, learningRate: Double) -> Observation {
    precondition(stepBudget > 0, "a run needs a budget of at least 1 step, got \(stepBudget)")
    var weights = SeededGenerator(seed: seed, stream: 0)
    var orders = SeededGenerator(seed: seed, stream: 1)
    network.initialize(scale: data.problem.network.initialScale, using: &weights)
    network.dropoutSeed = UInt32(truncatingIfNeeded: weights.next())
    optimizer.begin(network.parameters)
    average?.begin(network.parameters)
    snapshots = [:]
    firstGradient = nil
    var run = Run(
      stepBudget: stepBudget, order: BatchOrder(count: data.problem.trainCount, seed: orders.next())
    )
    if reportsDynamics {
      meter.begin(network.parameters)
      meter.beginInterval(network.parameters)
    }
    var observation = observe(&run, trainLoss: 0, learningRate: learningRate)
    self.run = run
    observation.trainLoss = observation.validationLoss
    if reportsDynamics { observation[.predictionChangeVariance] = 0 }
    return observation
  }

  /// Takes one step on one batch at each of the rates, then observes.
  ///
  /// Once a loss is not below 10,000 times chance, no more steps are taken and losses are infinite.
  public func train(learningRates: [Double]) -> Observation {
    guard var run else { preconditionFailure("train was called before reset") }
    guard let last = learningRates.last else {
      preconditionFailure("train was called without a rate")
    }
    firstGradient = nil
    var sum = 0.0
    if reportsDynamics { meter.beginInterval(network.parameters) }
    for (index, rate) in learningRates.enumerated() where !run.hasDiverged {
      batch.fill(from: &run.order)
      let splits = reportsDynamics && index == learningRates.count - 1 && data.problem.batchSize > 1
      let loss = network.lossAndGradient(
        batch.rows.pointer, batch.targets, count: batch.count, half: splits ? half : nil)
      guard loss < Self.divergence * data.chanceLoss else {
        run.hasDiverged = true
        break
      }
      sum += loss
      if reportsDynamics {
        meter.note(loss: loss)
        if splits { meter.note(half: half, of: network.gradient) }
      }
      optimizer.step(parameters: network.parameters, gradient: network.gradient, learningRate: rate)
      average?.add(network.parameters, step: run.step + index + 1)
      if reportsDynamics { meter.didStep(network.parameters, gradient: network.gradient) }
    }
    run.step += learningRates.count
    let rate = optimizer.ownRate ?? last
    var observation = observe(&run, trainLoss: sum / Double(learningRates.count), learningRate: rate)
    if !run.hasDiverged, !(observation.validationLoss < Self.divergence * data.chanceLoss) {
      run.hasDiverged = true
      observation = observe(&run, trainLoss: .infinity, learningRate: rate)
    }
    self.run = run
    return observation
  }

  /// One trial step on the first batch, undone.
  public func look(learningRate: Double) -> Observation? {
    guard let run, run.step == 0, reportsDynamics else { return nil }
    var order = run.order
    batch.fill(from: &order)
    let statistics = Array(network.statistics.elements)
    let first = firstGradient ?? gradientOfFirstBatch()
    guard first.loss.isFinite else { return nil }
    firstGradient = first
    // The loss after the step drops the same outputs.
    network.trainingPasses = 0
    meter.beginInterval(network.parameters)
    meter.note(loss: first.loss)
    // The gradient of the first batch stays in the network: nothing below changes it.
    optimizer.step(
      parameters: network.parameters, gradient: network.gradient, learningRate: learningRate)
    meter.didStep(network.parameters, gradient: network.gradient)
    let after = network.loss(batch.rows.pointer, batch.targets, count: batch.count)
    var measures = facts
    meter.undoTrial(
      of: network.parameters, by: optimizer, losses: (first.loss, after), into: &measures)
    network.statistics.assign(statistics)
    measures[.halfBatchCosine] = first.halfBatchCosine
    return Observation(
      step: 0, stepBudget: run.stepBudget, learningRate: learningRate, measures: measures)
  }

  private func gradientOfFirstBatch() -> (loss: Double, halfBatchCosine: Double) {
    let splits = batch.count > 1
    let loss = network.lossAndGradient(
      batch.rows.pointer, batch.targets, count: batch.count, half: splits ? half : nil)
    let cosine =
      splits ? StepMeter.halfBatchCosine(half: half, of: network.gradient, instructionSet) : 0
    return (loss, cosine)
  }

  /// Mean loss on the test split; the accuracy of a regression is its explained variance, of at least 0.
  public func evaluate() -> Evaluation {
    let (first, count) = (
      data.problem.trainCount + data.problem.validationCount, data.problem.testCount
    )
    let (sum, correct) = network.evaluate(
      data.row(first), targets(first), count: count,
      weights: run?.usesAverage == true ? average?.weights : optimizer.evaluationWeights)
    let loss = sum / Double(count)
    let share =
      data.problem.classes > 0
      ? Double(correct) / Double(count) : max(0, 1 - loss / data.chanceLoss)
    return Evaluation(loss: loss, accuracy: share)
  }

  private func targets(_ first: Int) -> RowTargets {
    RowTargets(
      labels: data.problem.classes > 0 ? UnsafePointer(data.labels.pointer + first) : nil,
      values: data.targets.pointer + first)
  }
}

extension DrawnTrainee {
  /// What does not change over a run.
  private var facts: MeasureValues {
    let (problem, optimizer) = (data.problem, data.problem.optimizer)
    let averages = average != nil || optimizer.hasEvaluationWeights
    return MeasureValues([
      .chanceLoss: data.chanceLoss, .usualLearningRate: problem.usualLearningRate,
      .isAdaptive: optimizer.isAdaptive ? 1 : 0, .momentum: optimizer.momentum,
      .averagesWeights: averages ? 1 : 0,
      .batchSize: Double(problem.batchSize), .exampleCount: Double(problem.trainCount),
      .parameterCount: Double(problem.model.realCount), .classCount: Double(problem.classes),
    ])
  }

  /// The validation loss is the lower of that at the weights that the optimizer wants evaluated and that at the average; a
  /// run whose own loss is not finite has diverged, whatever its average.
  private func observe(_ run: inout Run, trainLoss: Double, learningRate: Double) -> Observation {
    var measures = facts
    guard !run.hasDiverged else {
      measures[.trainLoss] = .infinity
      measures[.validationLoss] = .infinity
      return Observation(
        step: run.step, stepBudget: run.stepBudget, learningRate: learningRate, measures: measures)
    }
    measures[.trainLoss] = trainLoss
    predictions = (predictions.before, predictions.now)
    let problem = data.problem
    let (sum, _) = network.evaluate(
      data.row(problem.trainCount), targets(problem.trainCount), count: problem.validationCount,
      weights: optimizer.evaluationWeights,
      predictions: reportsDynamics ? predictions.now.pointer : nil, counts: false)
    var loss = sum / Double(problem.validationCount)
    run.usesAverage = false
    if let average, run.step > 0 {
      let (sum, _) = network.evaluate(
        data.row(problem.trainCount), targets(problem.trainCount), count: problem.validationCount,
        weights: average.weights, counts: false)
      let other = sum / Double(problem.validationCount)
      if loss.isFinite, other < loss { (loss, run.usesAverage) = (other, true) }
    }
    measures[.validationLoss] = loss
    if reportsDynamics {
      // Padding of predictions is 0.
      let (places, count) = (
        predictions.now.count, problem.validationCount * max(problem.classes, 1)
      )
      measures[.predictionVariance] =
        DifferenceMoments(
          predictions.now.pointer, minus: nil, places: places, count: count,
          instructionSet: instructionSet
        ).variance
      measures[.predictionChangeVariance] =
        DifferenceMoments(
          predictions.now.pointer, minus: predictions.before.pointer, places: places, count: count,
          instructionSet: instructionSet
        ).variance
      let last = network.lastLayerMoments()
      measures[.weightMean] = last.mean
      measures[.weightVariance] = last.variance
      meter.report(network.parameters, into: &measures)
    }
    return Observation(
      step: run.step, stepBudget: run.stepBudget, learningRate: learningRate, measures: measures)
  }
}
