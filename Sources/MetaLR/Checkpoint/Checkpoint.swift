import Files
import Foundation

/// A controller in a file, with the card that says how it was made.
///
/// The file is in the safetensors format; Docs/Checkpoint-format.md describes its entries. Weights and statistics
/// are stored bit for bit, so that a controller read back answers as the one that was written.
public struct Checkpoint: Sendable, Equatable {
  /// The controller.
  public var controller: Controller
  /// How it was made.
  public var card: ControllerCard

  /// The newest format that this build writes and reads: 2 has features by name, looks, and deeper networks; 3 a fall.
  ///
  /// A controller without a fall is written as 2, which older builds read.
  public static let formatVersion = 3

  /// Puts a checkpoint together.
  public init(controller: Controller, card: ControllerCard) {
    self.controller = controller
    self.card = card
  }

  /// Writes the file, whole or not at all.
  ///
  /// - Throws: `FileError` when it cannot be written.
  public func write(to path: String) throws {
    try AtomicFile.write(encoded(), to: path)
  }

  /// The bytes of the file; the same controller and card give the same bytes.
  public func encoded() throws -> Data {
    let policy = controller.policy
    let statistics = controller.normalizer.statistics
    var tensors = [
      Name.normalizerMean: Tensor(shape: [statistics.mean.count], values: .float64(statistics.mean)),
      Name.normalizerSquares: Tensor(
        shape: [statistics.mean.count], values: .float64(statistics.squaredDeviations)),
    ]
    for (table, parameters) in [
      (policy.actorTable, policy.actorParameters), (policy.criticTable, policy.criticParameters),
    ] {
      for entry in table.entries {
        tensors[entry.name] = Tensor(shape: entry.shape, values: .float32(Array(parameters[entry.range])))
      }
    }
    let description = ControllerDescription(
      features: controller.features, action: controller.action, policy: policy.configuration,
      normalizerClip: controller.normalizer.clip, normalizerCount: statistics.count)
    return try Safetensors(
      tensors: tensors,
      metadata: [
        Name.format: Name.formatValue,
        Name.formatVersion: String(controller.action.fall > 0 ? Self.formatVersion : 2),
        Name.controller: Self.json(description), Name.card: Self.json(card),
      ]
    ).encoded()
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Names in the file.
  enum Name {
    static let format = "format"
    static let formatValue = "metalr controller"
    static let formatVersion = "formatVersion"
    static let controller = "controller"
    static let card = "card"
    static let normalizerMean = "normalizer.mean"
    static let normalizerSquares = "normalizer.squaredDeviations"
  }

  /// What the tensors do not say about a controller.
  struct ControllerDescription: Codable {
    let features: FeatureList
    let action: LearningRateAction
    let policy: ActorCritic.Configuration
    let normalizerClip: Float
    let normalizerCount: Int

    enum CodingKeys: String, CodingKey {
      case features = "featureSet"
      case action, policy, normalizerClip, normalizerCount
    }
  }
}
