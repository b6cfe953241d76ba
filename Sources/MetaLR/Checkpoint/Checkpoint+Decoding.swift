import Files
import Foundation
import NeuralNet

extension Checkpoint {
  /// Reads a checkpoint.
  ///
  /// - Throws: `FileError` when the file is missing, truncated, corrupt, of a newer format, or of another shape
  ///   than it says.
  public init(contentsOf path: String) throws(FileError) {
    try self.init(decoding: readFile(path), path: path)
  }

  /// Reads the bytes of a checkpoint.
  ///
  /// - Parameters:
  ///   - data: The whole file.
  ///   - path: Its name, for errors.
  /// - Throws: `FileError`, as for a file.
  public init(decoding data: Data, path: String) throws(FileError) {
    let file = try Safetensors(decoding: data, path: path)
    try Self.checkFormat(of: file, path)
    let description: ControllerDescription = try Self.decode(Name.controller, of: file, path)
    card = try Self.decode(Name.card, of: file, path)
    do {
      try description.action.validate()
      try description.policy.validate()
      try card.training.validate()
    } catch {
      throw Self.damaged(path, "describes an impossible controller: \(error)")
    }
    for part in card.lineage {
      guard part.episodes >= 0, part.steps >= 0, part.steps < 1 << 60, part.earlier.isEmpty else {
        throw Self.damaged(path, "has a card with \(part.episodes) episodes of \(part.steps) steps")
      }
    }
    let count = description.features.count
    guard description.policy.observationCount == count, description.policy.actionCount == 1,
      (0...RunningStatistics.largestCount).contains(description.normalizerCount),
      description.normalizerClip > 0, description.normalizerClip <= Self.largestClip
    else {
      throw Self.damaged(path, "describes a controller whose parts do not fit each other")
    }
    let squares = try Self.doubles(Name.normalizerSquares, count, of: file, path)
    guard squares.allSatisfy({ $0 >= 0 }) else {
      throw Self.damaged(path, "has negative squares in '\(Name.normalizerSquares)', which give no decision")
    }
    let normalizer = ObservationNormalizer(
      statistics: RunningStatistics(
        count: description.normalizerCount,
        mean: try Self.doubles(Name.normalizerMean, count, of: file, path), squaredDeviations: squares),
      clip: description.normalizerClip)
    controller = Controller(
      features: description.features, action: description.action, normalizer: normalizer,
      policy: try Self.policy(description.policy, of: file, path))
  }

  /// Sums over 65,536 inputs of at most ``largestClip`` stay below the 3.4e38 of a Float; infinite sums would make the
  /// decision NaN.
  private static let largestWeight: Float = 1e30
  private static let largestClip: Float = 1000

  private static func checkFormat(of file: Safetensors, _ path: String) throws(FileError) {
    guard file.metadata[Name.format] == Name.formatValue,
      let version = file.metadata[Name.formatVersion].flatMap(Int.init)
    else {
      throw FileError(
        path: path, problem: "is a safetensors file, but no controller of metalr",
        remedy: "Give a checkpoint that `metalr train-controller` wrote.")
    }
    guard version <= formatVersion else {
      throw FileError(
        path: path, problem: "is of format \(version); this build reads up to \(formatVersion)",
        remedy: "Upgrade metalr, or train the controller again.")
    }
  }

  private static func decode<Value: Decodable>(
    _ name: String, of file: Safetensors, _ path: String
  ) throws(FileError) -> Value {
    guard let text = file.metadata[name] else { throw damaged(path, "has no '\(name)' in its metadata") }
    do {
      return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    } catch {
      throw damaged(path, "has a '\(name)' in its metadata that cannot be read")
    }
  }

  private static func policy(
    _ configuration: ActorCritic.Configuration, of file: Safetensors, _ path: String
  ) throws(FileError) -> ActorCritic {
    let tables = ActorCritic.tables(of: configuration)
    let actor = try floats(tables.actor, of: file, path)
    let critic = try floats(tables.critic, of: file, path)
    do {
      return try ActorCritic(configuration: configuration, actorParameters: actor, criticParameters: critic)
    } catch {
      throw damaged(path, "holds a policy that cannot be used: \(error)")
    }
  }

  private static func floats(
    _ table: ParameterTable, of file: Safetensors, _ path: String
  ) throws(FileError) -> [Float] {
    // No memory is reserved for what the header claims: the tensors may not be there.
    var parameters: [Float] = []
    for entry in table.entries {
      guard let tensor = file.tensors[entry.name], tensor.shape == entry.shape, tensor.isFinite,
        case .float32(let values) = tensor.values
      else {
        throw damaged(path, "lacks a finite F32 tensor '\(entry.name)' of shape \(entry.shape)")
      }
      guard values.allSatisfy({ $0.magnitude <= largestWeight }) else {
        throw damaged(path, "has weights beyond \(largestWeight) in '\(entry.name)', which give no decision")
      }
      parameters += values
    }
    return parameters
  }

  private static func doubles(
    _ name: String, _ count: Int, of file: Safetensors, _ path: String
  ) throws(FileError) -> [Double] {
    guard let tensor = file.tensors[name], tensor.shape == [count], tensor.isFinite,
      case .float64(let values) = tensor.values
    else {
      throw damaged(path, "lacks a finite F64 tensor '\(name)' of shape [\(count)]")
    }
    return values
  }

  private static func damaged(_ path: String, _ problem: String) -> FileError {
    FileError(path: path, problem: problem, remedy: "Copy or train the controller again.")
  }
}
