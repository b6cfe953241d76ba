/// What a controller sees of a training run: one reading of its training dynamics.
///
/// A run that diverges reports numbers that are not finite, which `JSONEncoder` refuses: set its
/// `nonConformingFloatEncodingStrategy`.
public struct Observation: Sendable, Equatable {
  /// Optimizer steps done so far, from 0 (before training) to `stepBudget`.
  public var step: Int
  /// Optimizer steps that the whole run will take, at least 1.
  public var stepBudget: Int
  /// Learning rate of the steps since the last observation; at step 0, the initial rate.
  public var learningRate: Double
  /// What was measured.
  public var measures: MeasureValues

  /// Creates a reading; the properties document each number.
  public init(step: Int, stepBudget: Int, learningRate: Double, measures: MeasureValues) {
    self.step = step
    self.stepBudget = stepBudget
    self.learningRate = learningRate
    self.measures = measures
  }

  /// The value of a measure; nil where the trainee does not report it.
  public subscript(_ measure: Measure) -> Double? {
    get { measures[measure] }
    set { measures[measure] = newValue }
  }

  /// The training loss, ``Measure/trainLoss``.
  public var trainLoss: Double {
    get { measures[.trainLoss] ?? .nan }
    set { measures[.trainLoss] = newValue }
  }

  /// The loss that a run is judged by: ``Measure/validationLoss``, or the training loss where there is none.
  public var validationLoss: Double {
    get { measures[.validationLoss] ?? trainLoss }
    set { measures[.validationLoss] = newValue }
  }

  /// Steps done over the step budget: 0 to 1, above 1 past the budget.
  public var progress: Double { Double(step) / Double(stepBudget) }

  /// Whether every number is finite: false once a run has diverged.
  public var isFinite: Bool { learningRate.isFinite && trainLoss.isFinite && measures.isFinite }
}

extension Observation {
  /// A reading of the paper's measures alone (Xu et al., 2019, section 3.1).
  public init(
    step: Int, stepBudget: Int, trainLoss: Double, validationLoss: Double, predictionVariance: Double,
    predictionChangeVariance: Double, weightMean: Double, weightVariance: Double, learningRate: Double
  ) {
    self.init(
      step: step, stepBudget: stepBudget, learningRate: learningRate,
      measures: MeasureValues([
        .trainLoss: trainLoss, .validationLoss: validationLoss, .predictionVariance: predictionVariance,
        .predictionChangeVariance: predictionChangeVariance, .weightMean: weightMean,
        .weightVariance: weightVariance,
      ]))
  }
}

/// In JSON, measures stand beside step and rate under their names; an unknown name is ignored.
extension Observation: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
    static let step = Key("step")
    static let stepBudget = Key("stepBudget")
    static let learningRate = Key("learningRate")
  }

  /// Reads a reading; a measure that is not there is absent, but the required ones must be.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    step = try container.decode(Int.self, forKey: .step)
    stepBudget = try container.decode(Int.self, forKey: .stepBudget)
    learningRate = try container.decode(Double.self, forKey: .learningRate)
    measures = MeasureValues()
    for measure in Measure.allCases {
      let key = Key(measure.rawValue)
      measures[measure] =
        try measure.isRequired
        ? container.decode(Double.self, forKey: key) : container.decodeIfPresent(Double.self, forKey: key)
    }
  }

  /// Writes what is there.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(step, forKey: .step)
    try container.encode(stepBudget, forKey: .stepBudget)
    try container.encode(learningRate, forKey: .learningRate)
    for measure in measures.measures {
      try container.encodeIfPresent(measures[measure], forKey: Key(measure.rawValue))
    }
  }
}
