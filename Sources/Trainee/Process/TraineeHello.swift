/// How a trainee in another process introduces itself.
public struct TraineeHello: Sendable, Equatable, Decodable {
  /// What a trainee may be able to do beyond `reset` and `train`.
  public enum Capability: String, Sendable, Equatable, CaseIterable {
    /// Answers `evaluate`.
    case evaluate
    /// Answers `snapshot`, `restore` and `discard`.
    case snapshot
    /// Answers `look`.
    case look
  }

  /// What it calls itself.
  public let name: String
  /// What it can do; names of capabilities that this build does not know are left out.
  public let capabilities: [Capability]
  /// Name of its data set, where it says so.
  public let dataset: String?
  /// A hash of the data set's contents, where it says so.
  public let datasetHash: String?
  /// Examples of the training, validation and test splits, where it says so.
  public let splitSizes: [Int]?
  /// Name of its network, where it says so.
  public let model: String?
  /// Name of its optimizer, where it says so.
  public let optimizer: String?
  /// Examples of one optimizer step, where it says so.
  public let batchSize: Int?

  private enum CodingKeys: CodingKey {
    case name, capabilities, dataset, datasetHash, splitSizes, model, optimizer, batchSize
  }

  /// Reads the answer to `hello`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    capabilities = try container.decode([String].self, forKey: .capabilities).compactMap(Capability.init)
    dataset = try container.decodeIfPresent(String.self, forKey: .dataset)
    datasetHash = try container.decodeIfPresent(String.self, forKey: .datasetHash)
    splitSizes = try container.decodeIfPresent([Int].self, forKey: .splitSizes)
    model = try container.decodeIfPresent(String.self, forKey: .model)
    optimizer = try container.decodeIfPresent(String.self, forKey: .optimizer)
    batchSize = try container.decodeIfPresent(Int.self, forKey: .batchSize)
  }
}
