import Foundation

/// Named tensors with metadata in one file that any ecosystem can open.
///
/// The format is safetensors: the header's length in 8 bytes (little-endian), the header in JSON, then the
/// numbers (little-endian, in the order of the tensors' names). `__metadata__` in the header holds text by name.
/// Files written here carry a checksum of metadata and numbers under the metadata name `checksum`.
public struct Safetensors: Sendable, Equatable {
  /// The tensors by name.
  public var tensors: [String: Tensor]
  /// Free text by name.
  public var metadata: [String: String]

  /// Creates the contents of a file.
  public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  static let metadataName = "__metadata__"
  static let checksumName = "checksum"

  /// One entry of the header: a tensor's place among the numbers, or the metadata.
  enum HeaderEntry: Codable {
    case tensor(Place)
    case metadata([String: String])

    struct Place: Codable {
      let dtype: String
      let shape: [Int]
      let dataOffsets: [Int]

      enum CodingKeys: String, CodingKey {
        case dtype, shape
        case dataOffsets = "data_offsets"
      }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let place = try? container.decode(Place.self) {
        self = .tensor(place)
      } else {
        self = .metadata(try container.decode([String: String].self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .tensor(let place): try container.encode(place)
      case .metadata(let metadata): try container.encode(metadata)
      }
    }
  }

  static func checksum(of metadata: [String: String], _ numbers: Data) -> String {
    var checksum = Checksum()
    for (name, text) in metadata.sorted(by: { $0.key < $1.key }) where name != checksumName {
      checksum.add(name.utf8)
      checksum.add([0])
      checksum.add(text.utf8)
      checksum.add([0])
    }
    checksum.add(numbers)
    return checksum.text
  }
}
