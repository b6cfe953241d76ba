import Datasets
import Foundation
import NeuralNet
import Trainee

extension ImageClassifier {
  /// What does not change over a run.
  var facts: MeasureValues {
    let optimizer = configuration.optimizer
    let averages = average != nil || optimizer.hasEvaluationWeights
    return MeasureValues([
      .chanceLoss: log(Double(data.classes)), .usualLearningRate: optimizer.usualLearningRate,
      .isAdaptive: optimizer.isAdaptive ? 1 : 0, .momentum: optimizer.momentum,
      .averagesWeights: averages ? 1 : 0,
      .batchSize: Double(configuration.batchSize), .exampleCount: Double(data.train.count),
      .parameterCount: Double(network.parameters.count), .classCount: Double(data.classes),
    ])
  }

  /// Measures the validation split, and decides which weights are the better ones.
  ///
  /// Measures of predictions are at the weights that the optimizer wants evaluated, so that they always
  /// compare the same kind of weights. The validation loss is the lower of theirs and the average's; a run
  /// whose own loss is not finite has diverged, whatever its average.
  func observe(_ run: inout Run, trainLoss: Double, learningRate: Double) -> Observation {
    swap(&predictions, &earlierPredictions)
    let count = Double(data.validation.count)
    var loss = at(optimizer.evaluationWeights) {
      network.evaluate(
        validationSource, indices: data.validation.indices, probabilities: predictions.elements
      ).lossSum / count
    }
    run.usesAverage = nil
    if let average, run.step > 0 {
      let other = at(average.weights) {
        network.evaluate(validationSource, indices: data.validation.indices).lossSum / count
      }
      if loss.isFinite, other < loss {
        loss = other
        run.usesAverage = true
      }
    }
    let (weightMean, weightVariance) = Moments.meanAndVariance(
      of: UnsafeBufferPointer(rebasing: network.parameters.elements[lastDenseWeights]))
    let now = UnsafeBufferPointer(predictions.elements)
    var measures = facts
    measures[.trainLoss] = trainLoss
    measures[.validationLoss] = loss
    measures[.predictionVariance] = Moments.meanAndVariance(of: now).variance
    measures[.predictionChangeVariance] = Moments.changeVariance(
      from: UnsafeBufferPointer(earlierPredictions.elements), to: now)
    measures[.weightMean] = weightMean
    measures[.weightVariance] = weightVariance
    meter?.report(network.parameters, into: &measures)
    return Observation(
      step: run.step, stepBudget: run.stepBudget, learningRate: learningRate, measures: measures)
  }

  /// One trial step on the first batch, undone; nil where ``reportsDynamics`` is false or steps have been
  /// taken.
  public func look(learningRate: Double) -> Observation? {
    guard let run, run.step == 0, let meter else { return nil }
    var order = run.order
    fillBatch(from: &order)
    let statistics = Array(network.statistics.elements)
    meter.beginInterval(network.parameters)
    let before = network.lossAndGradient(trainSource, indices: batch, half: halfGradient)
    meter.note(loss: before)
    noteHalf()
    step(at: learningRate)
    // With batch normalization a loss is comparable in training mode alone, which overwrites the gradient.
    let after =
      statistics.isEmpty
      ? network.evaluate(trainSource, indices: batch).lossSum / Double(batch.count)
      : network.lossAndGradient(trainSource, indices: batch)
    var measures = facts
    meter.undoTrial(of: network.parameters, by: optimizer, losses: (before, after), into: &measures)
    network.statistics.assign(statistics)
    return Observation(step: 0, stepBudget: run.stepBudget, learningRate: learningRate, measures: measures)
  }

  /// Compares the gradients of the two halves of the batch, where it has more than 16 images.
  ///
  /// Batch normalizations do not take part: their gradient is not divided.
  func noteHalf() {
    guard let meter, batch.count > 16 else { return }
    spareParameters.copy(network.gradient)
    for range in network.model.batchNormParameters {
      spareParameters.elements[range].update(repeating: 0)
      halfGradient?.elements[range].update(repeating: 0)
    }
    if let halfGradient { meter.note(half: halfGradient, of: spareParameters) }
  }
}
