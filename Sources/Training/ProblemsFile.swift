import BuiltInTrainees
import MetaLR

/// A distribution of problems that a user describes in JSON: sampled ones, or a list.
///
/// ```json
/// { "drawn": { "budgets": [50, 500], "widths": [16, 32], "optimizer": "adam" } }
/// { "problems": [ { "dataset": "fashion", "model": "cnn", "steps": 300, "batchSize": 128, "teacher": "cosine:0.01" } ] }
/// ```
package struct ProblemsFile: Decodable {
  /// What to sample from; what is left out is as in the built-in distribution.
  package struct Drawn: Decodable {
    package var budgets: [Int]?
    package var widths: [Int]?
    package var layers: [Int]?
    package var initialScales: [Double]?
    package var batchSizes: [Int]?
    package var trainCounts: [Int]?
    package var validationCount: Int?
    package var optimizer: String?
    package var operations: Double?
    package var reach: Double?
    package var convolutions: Double?
    package var images: Double?
    package var regularization: Double?
    package var averaging: Double?

    enum CodingKeys: CodingKey, CaseIterable {
      case budgets, widths, layers, initialScales, batchSizes, trainCounts, validationCount
      case optimizer, operations, reach, convolutions, images, regularization
      case averaging
    }
  }

  /// One problem; what is left out is as on the command line.
  package struct Listed: Decodable {
    package var dataset: String
    package var model: String?
    package var width: Int?
    package var blocks: Int?
    package var optimizer: String?
    package var batchSize: Int?
    package var steps: Int?
    package var interval: Int?
    package var trainImages: Int?
    package var validationImages: Int?
    package var testImages: Int?
    package var teacher: String?

    enum CodingKeys: CodingKey, CaseIterable {
      case dataset, model, width, blocks, optimizer, batchSize, steps, interval, trainImages, validationImages
      case testImages, teacher
    }
  }

  package var drawn: Drawn?
  package var problems: [Listed]?

  enum CodingKeys: CodingKey, CaseIterable {
    case drawn, problems
  }

  /// The range to sample from.
  package static func range(_ drawn: Drawn) throws -> DrawnRange {
    var range = DrawnRange()
    range.budgets = try bounds(drawn.budgets, "budgets") ?? range.budgets
    range.layers = try bounds(drawn.layers, "layers") ?? range.layers
    range.initialScales = try bounds(drawn.initialScales, "initialScales") ?? range.initialScales
    range.widths = drawn.widths ?? range.widths
    range.optimizer = try drawn.optimizer.map { try Optimizer.Configuration(parsing: $0) }
    range.trainCounts = try bounds(drawn.trainCounts, "trainCounts") ?? range.trainCounts
    range.validationCount = drawn.validationCount ?? range.validationCount
    range.batchSizes = drawn.batchSizes ?? range.batchSizes
    range.operations = drawn.operations ?? range.operations
    range.reach = drawn.reach ?? range.reach
    range.convolutions = drawn.convolutions ?? range.convolutions
    range.images = drawn.images ?? range.images
    range.regularization = drawn.regularization ?? range.regularization
    range.averaging = drawn.averaging ?? range.averaging
    return range
  }
  /// The range that two numbers bound; nil for none given.
  private static func bounds<Bound: Comparable>(
    _ given: [Bound]?, _ name: String
  ) throws(ConfigurationError) -> ClosedRange<Bound>? {
    guard let given else { return nil }
    guard given.count == 2, given[0] <= given[1] else {
      throw ConfigurationError(
        name: "range of \(name)", value: "\(given)", expected: "the lowest and the highest, as [2, 8]")
    }
    return given[0]...given[1]
  }
}
