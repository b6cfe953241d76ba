/// A quantity of a training run that a trainee can report.
///
/// L is the loss, g the gradient of a batch, u the change of the weights w in one step, all at the steps since the
/// last observation; norms are L2. The raw value is the name in JSON, in the trainee protocol and in Python.
public enum Measure: String, CaseIterable, Codable, Sendable {
  // Losses.

  /// Mean of L over the steps, each before its update; before the first step, the validation loss.
  case trainLoss
  /// Standard deviation of L over the steps.
  case trainLossDeviation
  /// Mean loss on the validation split, at the weights that the optimizer says to evaluate; the lower one where an
  /// average of the weights is a second candidate.
  case validationLoss
  /// L of the first batch at the initial weights; reported by a look before the first step alone.
  case lossBeforeTrial

  // Predictions and last layer (Xu et al., 2019, section 3.1).

  /// Variance over all predictions on the validation split: probabilities, or the outputs of a regression.
  case predictionVariance
  /// Variance of the differences between these predictions and the last observation's; 0 at step 0.
  case predictionChangeVariance
  /// Mean of the weights of the last dense layer, without biases.
  case weightMean
  /// Variance of the weights of the last dense layer, without biases.
  case weightVariance

  // Gradients and updates.

  /// exp(mean of ln ‖g‖ over the steps).
  case gradientNorm
  /// Mean cosine between g and the g of the step before.
  case gradientCosine
  /// Mean cosine between u and the u of the step before.
  case updateCosine
  /// Cosine between the gradients of the two halves of the last batch.
  case halfBatchCosine
  /// √(mean of ‖u‖² over the steps).
  case updateNorm
  /// Mean of -g·u: how much a step lowers its batch's loss, to first order.
  case predictedDecrease
  /// ‖w‖ after the last step.
  case weightNorm
  /// ‖w after the last step − w before the first of these steps‖.
  case intervalDistance
  /// ‖w after the last step − initial w‖.
  case initialDistance

  // Facts, the same in every observation of a run.

  /// Loss of the best constant prediction: ln(number of classes), or half the variance of the targets.
  case chanceLoss
  /// A rate that usually does for the optimizer, by which the rate is made comparable between optimizers.
  case usualLearningRate
  /// 1 where the optimizer divides by a running root mean square of the gradient, as Adam does, else 0.
  case isAdaptive
  /// Decay of the optimizer's momentum, 0 without.
  case momentum
  /// 1 where the run is judged by an average of its weights too, else 0: averaging, or a schedule-free optimizer.
  case averagesWeights
  /// Examples of one step.
  case batchSize
  /// Examples of the training split.
  case exampleCount
  /// Trained parameters.
  case parameterCount
  /// Classes, 0 for a regression.
  case classCount

  /// Whether every observation must have it; all others may be absent.
  public var isRequired: Bool { self == .trainLoss }

  /// Whether it is the same in every observation of a run.
  public var isFact: Bool {
    switch self {
    case .chanceLoss, .usualLearningRate, .isAdaptive, .momentum, .averagesWeights, .batchSize, .exampleCount,
      .parameterCount, .classCount:
      true
    default: false
    }
  }

  /// The least value that a run can report; nil where any number is possible.
  public var minimum: Double? {
    switch self {
    case .trainLoss, .validationLoss, .lossBeforeTrial, .weightMean, .predictedDecrease: nil
    case .gradientCosine, .updateCosine, .halfBatchCosine: -1
    default: 0
    }
  }
}

/// Values of measures, some of which may be absent.
public struct MeasureValues: Sendable {
  // Beside each other and not in a dictionary: a training over thousands of short runs makes millions of these.
  private var values = SIMD32<Double>()
  private var present: UInt32 = 0

  /// No values.
  public init() {}

  /// Values by measure.
  public init(_ values: [Measure: Double]) {
    for (measure, value) in values { self[measure] = value }
  }

  /// The value of a measure; nil where it is absent.
  public subscript(_ measure: Measure) -> Double? {
    get {
      let place = measure.place
      return present & 1 << place == 0 ? nil : values[place]
    }
    set {
      let place = measure.place
      values[place] = newValue ?? 0
      present = newValue == nil ? present & ~(1 << place) : present | 1 << place
    }
  }

  /// The measures that are there, in the order of `Measure.allCases`.
  public var measures: [Measure] { Measure.allCases.filter { self[$0] != nil } }

  /// Whether every value is a finite number.
  public var isFinite: Bool {
    (0..<32).allSatisfy { values[$0].isFinite }
  }
}

/// Equal where the same measures are there with equal values.
extension MeasureValues: Equatable {
  /// Compares measure by measure.
  public static func == (left: Self, right: Self) -> Bool {
    left.present == right.present && left.values == right.values
  }
}

extension Measure {
  /// Its place among the values, below 32: its place in `allCases`.
  fileprivate var place: Int {
    switch self {
    case .trainLoss: 0
    case .trainLossDeviation: 1
    case .validationLoss: 2
    case .lossBeforeTrial: 3
    case .predictionVariance: 4
    case .predictionChangeVariance: 5
    case .weightMean: 6
    case .weightVariance: 7
    case .gradientNorm: 8
    case .gradientCosine: 9
    case .updateCosine: 10
    case .halfBatchCosine: 11
    case .updateNorm: 12
    case .predictedDecrease: 13
    case .weightNorm: 14
    case .intervalDistance: 15
    case .initialDistance: 16
    case .chanceLoss: 17
    case .usualLearningRate: 18
    case .isAdaptive: 19
    case .momentum: 20
    case .averagesWeights: 21
    case .batchSize: 22
    case .exampleCount: 23
    case .parameterCount: 24
    case .classCount: 25
    }
  }
}
