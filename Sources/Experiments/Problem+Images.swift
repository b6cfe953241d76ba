import BuiltInTrainees
import Foundation
import MetaLR

extension Problem {
  /// The built-in image classifier on data that is loaded.
  ///
  /// - Parameters:
  ///   - data: The images.
  ///   - hash: A hash of their contents.
  ///   - configuration: Network, optimizer, batch.
  ///   - plan: Length and decisions.
  /// - Returns: The problem.
  /// - Throws: What is impossible about the configuration.
  public static func images(
    _ data: DataSplits, hash: String, configuration: ImageClassifier.Configuration, plan: RunPlan
  ) throws -> Problem {
    // Says what is impossible before any work begins, not when the first trainee is made.
    _ = try ImageClassifier(data: data, configuration: configuration)
    let description = ProblemDescription(
      dataset: data.name, datasetHash: hash,
      splitSizes: [data.train.count, data.validation.count, data.test.count],
      model: "\(configuration.model)", optimizer: configuration.optimizer.description,
      averaging: configuration.averaging.name, batchSize: configuration.batchSize, plan: plan)
    return Problem(
      description, plan: plan, usualLearningRate: configuration.optimizer.usualLearningRate,
      chanceLoss: { log(Double(data.classes)) },
      with: { optimizer, averaging in
        var other = configuration
        if let optimizer { other.optimizer = try Optimizer.Configuration(parsing: optimizer) }
        if let averaging { other.averaging = try WeightAveraging(parsing: averaging) }
        return try .images(data, hash: hash, configuration: other, plan: plan)
      }
    ) { _ in
      try ImageClassifier(data: data, configuration: configuration)
    }
  }
}
