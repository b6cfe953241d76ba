import NeuralNet

/// What a drawn problem is: everything but the examples and the run's seed.
public struct DrawnProblem: Codable, Sendable, Equatable {
  /// Decides the examples.
  public var seed: UInt64
  /// The kind of data.
  public var family: DrawnFamily
  /// Numbers in an example.
  public var inputs: Int
  /// Classes, 0 for a regression.
  public var classes: Int
  /// Examples to train on.
  public var trainCount: Int
  /// Examples to validate on.
  public var validationCount: Int
  /// Examples to test on.
  public var testCount: Int
  /// Share of labels that are replaced by a random one; for a regression, half the noise's standard deviation, where
  /// the targets have 1.
  public var labelNoise: Double
  /// Ratio of the largest to the smallest scale that an input may have, at least 1.
  public var conditioning: Double
  /// Logarithm of the largest ratio that two classes' shares may have, 0 for equal shares.
  public var imbalance: Double
  /// The network.
  public var network: DrawnNetwork
  /// The optimization method with its constants.
  public var optimizer: Optimizer.Configuration
  /// Examples a step.
  public var batchSize: Int
  /// Steps of a run.
  public var stepBudget: Int
  /// A rate that usually does for the optimizer.
  public var usualLearningRate: Double
  /// Which average of the weights is a second candidate at each observation.
  public var averaging: WeightAveraging

  /// A problem; the usual rate is the optimizer's if none is given.
  public init(
    seed: UInt64, family: DrawnFamily, inputs: Int, classes: Int, trainCount: Int, validationCount: Int = 256,
    testCount: Int = 1024, labelNoise: Double = 0, conditioning: Double = 1, imbalance: Double = 0,
    network: DrawnNetwork, optimizer: Optimizer.Configuration = .adam(), batchSize: Int, stepBudget: Int,
    usualLearningRate: Double? = nil, averaging: WeightAveraging = .none
  ) {
    self.seed = seed
    self.family = family
    self.inputs = inputs
    self.classes = classes
    self.trainCount = trainCount
    self.validationCount = validationCount
    self.testCount = testCount
    self.labelNoise = labelNoise
    self.conditioning = conditioning
    self.imbalance = imbalance
    self.network = network
    self.optimizer = optimizer
    self.batchSize = batchSize
    self.stepBudget = stepBudget
    self.usualLearningRate = usualLearningRate ?? optimizer.usualLearningRate
    self.averaging = averaging
  }

  /// The problem in a few words, such as "rings, MLP 2x32 relu".
  public var name: String { "\(family.rawValue), \(network.name)" }
}
