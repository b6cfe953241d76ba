import Foundation

extension Safetensors {
  /// The bytes of the file; the same contents give the same bytes.
  public func encoded() throws -> Data {
    var numbers = Data()
    var header: [String: HeaderEntry] = [:]
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let begin = numbers.count
      let dtype: String
      switch tensor.values {
      case .float32(let values):
        dtype = "F32"
        for value in values { numbers.appendLittleEndian(value.bitPattern) }
      case .float64(let values):
        dtype = "F64"
        for value in values { numbers.appendLittleEndian(value.bitPattern) }
      }
      header[name] = .tensor(.init(dtype: dtype, shape: tensor.shape, dataOffsets: [begin, numbers.count]))
    }
    var metadata = metadata
    metadata[Self.checksumName] = Self.checksum(of: metadata, numbers)
    header[Self.metadataName] = .metadata(metadata)

    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var text = try encoder.encode(header)
    // The numbers begin on a multiple of 8, as the format asks for.
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8))

    var data = Data()
    data.appendLittleEndian(UInt64(text.count))
    data.append(text)
    data.append(numbers)
    return data
  }
}

extension Data {
  fileprivate mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
