/// What a controller sees of a training run: one reading of its training dynamics (Xu et al., 2019, section 3.1).
///
/// Predictions are the softmax outputs on the whole validation split, in its fixed order: n images by k classes.
///
/// A run that diverges reports numbers that are not finite, which `JSONEncoder` refuses: set its
/// `nonConformingFloatEncodingStrategy`.
public struct Observation: Sendable, Equatable, Codable {
  /// Optimizer steps done so far, from 0 (before training) to `stepBudget`.
  public var step: Int
  /// Optimizer steps that the whole run will take, at least 1.
  public var stepBudget: Int
  /// Mean training loss over the steps since the last observation; at step 0, the validation loss.
  public var trainLoss: Double
  /// Mean loss on the validation split.
  public var validationLoss: Double
  /// Variance over all n k predicted probabilities, in [0, 0.25].
  public var predictionVariance: Double
  /// Variance over all n k differences between these predictions and the last observation's; 0 at step 0.
  public var predictionChangeVariance: Double
  /// Mean of the weights (without biases) of the last dense layer.
  public var weightMean: Double
  /// Variance of the weights (without biases) of the last dense layer.
  public var weightVariance: Double
  /// Learning rate of the steps since the last observation; at step 0, the initial rate.
  public var learningRate: Double

  /// Steps done over the step budget: 0 to 1, above 1 past the budget.
  public var progress: Double { Double(step) / Double(stepBudget) }

  /// Whether every number is finite: false once a run has diverged.
  public var isFinite: Bool {
    [
      trainLoss, validationLoss, predictionVariance, predictionChangeVariance, weightMean, weightVariance,
      learningRate,
    ].allSatisfy(\.isFinite)
  }

  /// Creates a reading; the properties document each number.
  public init(
    step: Int, stepBudget: Int, trainLoss: Double, validationLoss: Double, predictionVariance: Double,
    predictionChangeVariance: Double, weightMean: Double, weightVariance: Double, learningRate: Double
  ) {
    self.step = step
    self.stepBudget = stepBudget
    self.trainLoss = trainLoss
    self.validationLoss = validationLoss
    self.predictionVariance = predictionVariance
    self.predictionChangeVariance = predictionChangeVariance
    self.weightMean = weightMean
    self.weightVariance = weightVariance
    self.learningRate = learningRate
  }
}
