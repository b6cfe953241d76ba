/// The regular files of an archive in the POSIX tar format (IEEE 1003.1, "ustar"), one after the other.
final class TarReader {
  /// One file of the archive.
  struct Entry {
    /// Name as the archive gives it, with folders.
    var name: String
    /// Bytes of content.
    var size: Int

    var lastPathComponent: String { name.split(separator: "/").last.map(String.init) ?? name }
  }

  /// Stands at the first byte of the content when an entry has been returned.
  let stream: ByteStream
  private var unread = 0
  private static let blockSize = 512

  init(stream: ByteStream) {
    self.stream = stream
  }

  /// Tells the reader that the caller has read `count` bytes of the content.
  func consumed(_ count: Int) {
    unread -= count
  }

  /// The next regular file, or nil at the end of the archive; what was not read of the last one is skipped.
  func next() throws(DatasetError) -> Entry? {
    while true {
      try skip(unread)
      let header = try stream.read(Self.blockSize)
      guard header.count == Self.blockSize else { throw damaged("ends in the middle of an entry") }
      if header.allSatisfy({ $0 == 0 }) { return try finish() }
      let sum = header.enumerated().reduce(0) { total, byte in
        // The check sum is taken with its own field full of spaces.
        total + ((148..<156).contains(byte.offset) ? 0x20 : Int(byte.element))
      }
      guard octal(header[148..<156]) == sum, let size = octal(header[124..<136]) else {
        throw damaged("is not a tar archive, or is damaged")
      }
      unread = (size + Self.blockSize - 1) / Self.blockSize * Self.blockSize
      let kind = header[156]
      if kind == UInt8(ascii: "0") || kind == 0 {
        return Entry(name: String(decoding: header[..<100].prefix { $0 != 0 }, as: UTF8.self), size: size)
      }
    }
  }

  /// Reads to the end, so that a damaged end of the compressed data is found.
  private func finish() throws(DatasetError) -> Entry? {
    while try stream.read(ByteStream.chunkSize).count > 0 {}
    return nil
  }

  private func skip(_ count: Int) throws(DatasetError) {
    var rest = count
    while rest > 0 {
      let read = try stream.read(min(rest, ByteStream.chunkSize)).count
      guard read > 0 else { throw damaged("ends in the middle of an entry") }
      rest -= read
    }
    unread = 0
  }

  /// A number in octal digits, between spaces or zero bytes; 11 digits at most, so it cannot overflow.
  private func octal(_ field: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for byte in field.drop(while: { $0 == 0x20 }).prefix(while: { $0 != 0 && $0 != 0x20 }) {
      guard (0x30...0x37).contains(byte) else { return nil }
      value = value << 3 | Int(byte - 0x30)
    }
    return value
  }

  private func damaged(_ problem: String) -> DatasetError {
    .file(stream.path, problem, remedy: "Get the archive again ('metalr datasets fetch cifar10').")
  }
}
