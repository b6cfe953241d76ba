import Foundation

extension Safetensors {
  /// The most bytes that a header may have; JSON takes some thirty times as much memory while it is read.
  private static let maximumHeaderLength = 2 << 20

  /// Reads the file at `path`.
  ///
  /// - Throws: ``FileError`` when it cannot be read or ``init(decoding:path:)`` refuses it.
  public init(contentsOf path: String) throws(FileError) {
    try self.init(decoding: readFile(path), path: path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - data: The whole file.
  ///   - path: Its name, for errors.
  /// - Throws: ``FileError`` when the bytes are not a whole, undamaged safetensors file of F32 and F64 tensors.
  public init(decoding data: Data, path: String) throws(FileError) {
    func damaged(_ problem: String) -> FileError {
      FileError(path: path, problem: problem, remedy: "Copy or make the file again.")
    }
    guard data.count >= 8 else { throw damaged("is too short for a safetensors file (\(data.count) bytes)") }
    let headerLength = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard headerLength <= UInt64(data.count - 8) else {
      throw damaged("is truncated, or is not a safetensors file (its header would be \(headerLength) bytes)")
    }
    guard headerLength <= UInt64(Self.maximumHeaderLength) else {
      throw damaged(
        "has a header of \(headerLength) bytes; metalr reads headers of up to \(Self.maximumHeaderLength)")
    }
    let numbersStart = data.startIndex + 8 + Int(headerLength)
    let numbers = data[numbersStart...]
    let header: [String: HeaderEntry]
    do {
      header = try JSONDecoder().decode(
        [String: HeaderEntry].self, from: data[(data.startIndex + 8)..<numbersStart])
    } catch {
      throw damaged("is not a safetensors file (its header is not the JSON that the format asks for)")
    }

    var tensors: [String: Tensor] = [:]
    var metadata: [String: String] = [:]
    var expectedBegin = 0
    for (name, entry) in header.sorted(by: { Self.begin($0.value) < Self.begin($1.value) }) {
      switch entry {
      case .metadata(let texts):
        guard name == Self.metadataName else { throw damaged("has an entry '\(name)' that is no tensor") }
        metadata = texts
      case .tensor(let place):
        guard name != Self.metadataName else { throw damaged("has a tensor in the place of its metadata") }
        guard let width = ["F32": 4, "F64": 8][place.dtype] else {
          throw damaged("holds '\(name)' as \(place.dtype); metalr reads F32 and F64")
        }
        guard let count = Self.product(place.shape), place.dataOffsets.count == 2,
          place.dataOffsets[0] == expectedBegin, place.dataOffsets[1] >= expectedBegin,
          place.dataOffsets[1] <= numbers.count, (place.dataOffsets[1] - expectedBegin) / width == count,
          (place.dataOffsets[1] - expectedBegin) % width == 0
        else {
          throw damaged("is truncated or damaged (the numbers of '\(name)' are not all there)")
        }
        let bytes = numbers[(numbersStart + expectedBegin)..<(numbersStart + place.dataOffsets[1])]
        tensors[name] = Tensor(
          shape: place.shape,
          values: width == 4
            ? .float32(bytes.littleEndianWords(UInt32.self, count).map(Float.init(bitPattern:)))
            : .float64(bytes.littleEndianWords(UInt64.self, count).map(Double.init(bitPattern:))))
        expectedBegin = place.dataOffsets[1]
      }
    }
    guard expectedBegin == numbers.count else {
      throw damaged("is damaged (\(numbers.count - expectedBegin) bytes belong to no tensor)")
    }
    if let checksum = metadata.removeValue(forKey: Self.checksumName),
      checksum != Self.checksum(of: metadata, numbers)
    {
      throw damaged("is damaged (its checksum does not match)")
    }
    self.init(tensors: tensors, metadata: metadata)
  }

  private static func begin(_ entry: HeaderEntry) -> (Int, Int) {
    switch entry {
    case .metadata: (-1, -1)
    case .tensor(let place): (place.dataOffsets.first ?? -1, place.dataOffsets.last ?? -1)
    }
  }

  /// The product of a shape read from a file, or nothing where it is negative or does not fit.
  private static func product(_ shape: [Int]) -> Int? {
    var product = 1
    for length in shape {
      let (value, overflow) = product.multipliedReportingOverflow(by: length)
      guard length >= 0, !overflow else { return nil }
      product = value
    }
    return product
  }
}

extension Data {
  fileprivate func littleEndianWords<Word: FixedWidthInteger>(_: Word.Type, _ count: Int) -> [Word] {
    withUnsafeBytes { bytes in
      (0..<count).map {
        Word(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Word>.size, as: Word.self))
      }
    }
  }
}
