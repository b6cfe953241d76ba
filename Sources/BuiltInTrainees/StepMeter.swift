import Foundation
import NeuralNet
import Trainee

/// Measures gradients and updates of a training, step by step.
///
/// It keeps five copies of the parameters: at the start of the run and of the interval, before the step, and the last
/// gradient and update.
final class StepMeter {
  private let instructionSet: InstructionSet
  private let runStart, intervalStart, before, lastGradient, lastUpdate: AlignedBuffer<Float>
  private var lastNorms: (gradient: Double, update: Double)?
  private var sums = Sums()

  private struct Sums {
    var steps = 0
    var losses = 0.0
    var squaredLosses = 0.0
    var pairs = 0
    var gradientCosines = 0.0
    var updateCosines = 0.0
    var gradientLogs = 0.0
    var squaredUpdates = 0.0
    var products = 0.0
    var halfBatchCosine: Double?
  }

  init(count: Int, instructionSet: InstructionSet) {
    self.instructionSet = instructionSet
    (runStart, intervalStart, before) = (.init(count: count), .init(count: count), .init(count: count))
    (lastGradient, lastUpdate) = (.init(count: count), .init(count: count))
  }

  /// Begins a run.
  func begin(_ parameters: AlignedBuffer<Float>) {
    runStart.copy(parameters)
    before.copy(parameters)
    lastGradient.elements.update(repeating: 0)
    lastUpdate.elements.update(repeating: 0)
    lastNorms = nil
  }

  /// Begins the steps up to the next observation.
  func beginInterval(_ parameters: AlignedBuffer<Float>) {
    intervalStart.copy(parameters)
    sums = Sums()
  }

  /// Notes the loss of a batch, before its step.
  func note(loss: Double) {
    sums.steps += 1
    sums.losses += loss
    sums.squaredLosses += loss * loss
  }

  /// Notes the gradient of one half of a batch beside that of all of it.
  func note(half: AlignedBuffer<Float>, of gradient: AlignedBuffer<Float>) {
    sums.halfBatchCosine = Self.halfBatchCosine(half: half, of: gradient, instructionSet)
  }

  static func halfBatchCosine(
    half: AlignedBuffer<Float>, of gradient: AlignedBuffer<Float>, _ instructionSet: InstructionSet
  ) -> Double {
    let pair = PairSums(gradient, half, instructionSet: instructionSet)
    let product = pair.product - pair.second
    let other = pair.first - 2 * pair.product + pair.second
    return cosine(product, max(other, 0).squareRoot(), pair.second.squareRoot())
  }

  /// Compares the parameters after a step with those after the step before, or at the start.
  func didStep(_ parameters: AlignedBuffer<Float>, gradient: AlignedBuffer<Float>) {
    let step = StepSums(
      before: before, after: parameters, gradient: gradient, lastGradient: lastGradient,
      lastUpdate: lastUpdate, instructionSet: instructionSet)
    let norms = (gradient: step.gradient.squareRoot(), update: step.update.squareRoot())
    if let lastNorms {
      sums.pairs += 1
      sums.gradientCosines += Self.cosine(step.gradients, norms.gradient, lastNorms.gradient)
      sums.updateCosines += Self.cosine(step.updates, norms.update, lastNorms.update)
    }
    lastNorms = norms
    sums.gradientLogs += log(max(norms.gradient, 1e-30))
    sums.squaredUpdates += step.update
    sums.products -= step.product
  }

  /// Reports what was measured since the interval began.
  func report(_ parameters: AlignedBuffer<Float>, into measures: inout MeasureValues) {
    measures[.weightNorm] = PairSums(parameters, parameters, instructionSet: instructionSet).first
      .squareRoot()
    guard sums.steps > 0 else { return }
    let steps = Double(sums.steps)
    let mean = sums.losses / steps
    measures[.trainLossDeviation] = max(sums.squaredLosses / steps - mean * mean, 0).squareRoot()
    measures[.gradientNorm] = exp(sums.gradientLogs / steps)
    measures[.updateNorm] = (sums.squaredUpdates / steps).squareRoot()
    measures[.predictedDecrease] = sums.products / steps
    if sums.pairs > 0 {
      measures[.gradientCosine] = sums.gradientCosines / Double(sums.pairs)
      measures[.updateCosine] = sums.updateCosines / Double(sums.pairs)
    }
    measures[.halfBatchCosine] = sums.halfBatchCosine
    measures[.intervalDistance] = distance(parameters, intervalStart)
    measures[.initialDistance] = distance(parameters, runStart)
  }

  /// Reports a trial step from the first weights, and undoes it.
  ///
  /// - Parameters:
  ///   - parameters: The weights after the step; set back.
  ///   - optimizer: What took the step; begun anew.
  ///   - losses: The loss of the batch before and after the step.
  ///   - measures: Takes the report.
  func undoTrial(
    of parameters: AlignedBuffer<Float>, by optimizer: Optimizer, losses: (before: Double, after: Double),
    into measures: inout MeasureValues
  ) {
    report(parameters, into: &measures)
    parameters.copy(runStart)
    optimizer.begin(parameters)
    begin(parameters)
    beginInterval(parameters)
    measures[.weightNorm] = PairSums(parameters, parameters, instructionSet: instructionSet).first
      .squareRoot()
    measures[.trainLoss] = losses.after < Self.largestLoss ? losses.after : Self.largestLoss
    measures[.lossBeforeTrial] = losses.before
    // One step has neither a spread nor a course.
    for measure in [Measure.trainLossDeviation, .intervalDistance, .initialDistance] {
      measures[measure] = nil
    }
  }

  /// What a trial step that ruins the network is said to cost.
  private static let largestLoss = 1e9

  private func distance(_ x: AlignedBuffer<Float>, _ y: AlignedBuffer<Float>) -> Double {
    squaredDistance(x, y, instructionSet: instructionSet).squareRoot()
  }

  /// Within [-1, 1], which rounding would leave where a gradient vanishes.
  private static func cosine(_ product: Double, _ first: Double, _ second: Double) -> Double {
    min(max(product / (first * second + 1e-30), -1), 1)
  }
}

/// What a meter needs to go on from a snapshot.
extension StepMeter {
  struct State {
    var vectors: [[Float]]
    var lastNorms: (gradient: Double, update: Double)?
  }

  var state: State {
    State(vectors: [runStart, lastGradient, lastUpdate].map { Array($0.elements) }, lastNorms: lastNorms)
  }

  func restore(_ state: State, parameters: AlignedBuffer<Float>) {
    before.copy(parameters)
    for (buffer, saved) in zip([runStart, lastGradient, lastUpdate], state.vectors) { buffer.assign(saved) }
    lastNorms = state.lastNorms
  }
}
