import CZlib
import Foundation

/// The bytes of a file from its beginning to its end, decompressed on the way when the file is gzipped.
///
/// It holds one buffer of input, whatever the size of the file. A file that begins with gzip's two magic bytes
/// is taken for compressed (RFC 1952); several compressed members follow on from each other.
final class ByteStream {
  static let chunkSize = 1 << 16

  let path: String
  /// Size of the file itself, compressed or not.
  let fileSize: Int
  /// Whether the file is decompressed on the way.
  let isCompressed: Bool

  private let descriptor: Int32
  private let input: UnsafeMutablePointer<UInt8>
  private let inflater: UnsafeMutablePointer<z_stream>
  private var available = 0
  private var consumed = 0
  private var memberEnded = false

  /// Opens a file; with `decompressing` false, a gzipped file is read as it is.
  init(path: String, decompressing: Bool = true) throws(DatasetError) {
    // A named pipe would wait for a writer; regular files do not mind the flag.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw .file(
        path,
        errno == ENOENT ? "does not exist" : "could not be opened (\(String(cString: strerror(errno))))",
        remedy: "Check the path and its permissions.")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .file(path, "is not a file", remedy: "Give the name of a file.")
    }
    var magic: [UInt8] = [0, 0]
    let compressed = decompressing && pread(descriptor, &magic, 2, 0) == 2 && magic == [0x1F, 0x8B]
    let inflater = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    inflater.initialize(to: z_stream())
    if compressed {
      // 16 asks for gzip's header and check sum around the deflated data.
      let code = inflateInit2_(
        inflater, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
      guard code == Z_OK else {
        inflater.deallocate()
        close(descriptor)
        throw .file(path, "cannot be decompressed (zlib \(code))", remedy: "Free some memory.")
      }
    }
    self.path = path
    self.descriptor = descriptor
    self.inflater = inflater
    fileSize = Int(status.st_size)
    isCompressed = compressed
    input = .allocate(capacity: Self.chunkSize)
  }

  deinit {
    if isCompressed { inflateEnd(inflater) }
    inflater.deallocate()
    input.deallocate()
    close(descriptor)
  }

  /// Whether the file can hold `count` bytes, so that a header's promise is not believed before memory is
  /// taken for it.
  ///
  /// Deflate shrinks by a factor of 1,032 at best. That leaves room for a small file that promises more memory
  /// than there is, so a large promise is checked by decompressing the file once without keeping it.
  func canHold(_ count: Int) throws(DatasetError) -> Bool {
    guard isCompressed else { return count <= fileSize }
    guard count / 1032 <= fileSize else { return false }
    guard count > 1 << 28 else { return true }
    let other = try ByteStream(path: path)
    var (measured, chunk) = (0, 1)
    while chunk > 0, measured < count {
      chunk = try other.read(Self.chunkSize).count
      measured += chunk
    }
    return measured >= count
  }

  /// Fills `buffer` from its beginning as far as the stream goes.
  ///
  /// - Returns: The number of bytes written: `buffer.count`, or less at the end of the stream.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DatasetError) -> Int {
    guard let start = buffer.baseAddress else { return 0 }
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(start: start + filled, count: buffer.count - filled)
      let count = try isCompressed ? inflateSome(into: rest) : readSome(into: rest)
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// The next `count` bytes, or fewer at the end of the stream.
  func read(_ count: Int) throws(DatasetError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let filled = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(DatasetError) in
      try read(into: UnsafeMutableRawBufferPointer(buffer))
    }
    bytes.removeLast(count - filled)
    return bytes
  }

  private func readSome(into buffer: UnsafeMutableRawBufferPointer) throws(DatasetError) -> Int {
    while true {
      let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno == EINTR { continue }
      throw .file(path, "could not be read (\(String(cString: strerror(errno))))", remedy: "Check the disk.")
    }
  }

  private func inflateSome(into buffer: UnsafeMutableRawBufferPointer) throws(DatasetError) -> Int {
    let wanted = min(buffer.count, Int(Int32.max))
    inflater.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    inflater.pointee.avail_out = UInt32(wanted)
    while inflater.pointee.avail_out == UInt32(wanted) {
      if consumed == available {
        available = try readSome(into: UnsafeMutableRawBufferPointer(start: input, count: Self.chunkSize))
        consumed = 0
        if available == 0 {
          if memberEnded { return 0 }
          throw damaged("ends in the middle of its compressed data")
        }
      }
      if memberEnded {
        guard input[consumed] == 0x1F else { throw damaged("has other bytes after its compressed data") }
        inflateReset(inflater)
        memberEnded = false
      }
      inflater.pointee.next_in = input + consumed
      inflater.pointee.avail_in = UInt32(available - consumed)
      let code = inflate(inflater, Z_NO_FLUSH)
      consumed = available - Int(inflater.pointee.avail_in)
      if code == Z_STREAM_END {
        memberEnded = true
      } else if code != Z_OK && code != Z_BUF_ERROR {
        throw damaged("is damaged: its compressed data cannot be read")
      }
    }
    return wanted - Int(inflater.pointee.avail_out)
  }

  private func damaged(_ problem: String) -> DatasetError {
    .file(path, problem, remedy: "Get the file again.")
  }
}
