import BuiltInTrainees
import Datasets
import MetaLR
import NeuralNet

/// What a sweep tries its rates on: one network with one optimizer.
public struct SweepSubject: Sendable {
  /// The network's name.
  public let model: String
  /// The optimizer's name.
  public let optimizer: String
  /// What runs are of.
  public let problem: Problem

  /// Creates a subject; the properties document each part.
  public init(model: String, optimizer: String, problem: Problem) {
    self.model = model
    self.optimizer = optimizer
    self.problem = problem
  }

  /// Every network with every optimizer on one data set, network by network.
  ///
  /// The trainees are tested on the first training images, so that the accuracy of ``SweepTarget/accuracy(_:)`` is
  /// training accuracy.
  ///
  /// - Parameters:
  ///   - data: The images; the test split is not used.
  ///   - accuracyImages: Training images on which accuracy is measured.
  ///   - models: The networks.
  ///   - optimizers: The optimizers.
  ///   - batchSize: Images of one step.
  ///   - averaging: The average of the weights that runs are judged by too.
  ///   - plan: Budget, interval and bound of each run.
  /// - Returns: A subject for each network and optimizer.
  /// - Throws: What is wrong with a network or a size.
  public static func images(
    _ data: DataSplits, accuracyImages: Int, models: [ModelSpecification],
    optimizers: [Optimizer.Configuration], batchSize: Int, averaging: WeightAveraging, plan: RunPlan
  ) throws -> [SweepSubject] {
    let data = DataSplits(
      name: data.name, train: data.train, validation: data.validation,
      test: data.train.prefix(accuracyImages))
    let hash = data.contentHash()
    return try models.flatMap { model in
      try optimizers.map { optimizer in
        let configuration = ImageClassifier.Configuration(
          model: model, optimizer: optimizer, batchSize: batchSize, averaging: averaging)
        return SweepSubject(
          model: "\(model)", optimizer: optimizer.description,
          problem: try .images(data, hash: hash, configuration: configuration, plan: plan))
      }
    }
  }
}
