import Foundation
import Synchronization

/// A file in memory with a path, for readers that open files by themselves.
///
/// Used again for every input: making files costs more than reading most of them.
final class ScratchFile: Sendable {
  /// What readers open.
  let path: String
  private let descriptor: CInt

  init(_ name: String) {
    let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    path = "\(folder)/metalr-fuzz-\(getpid())-\(name)"
    descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    demand(descriptor >= 0, "no scratch file could be made at \(path)")
    ScratchFile.removeAtExit(path)
  }

  /// Makes the file hold `data` and nothing else.
  func fill(_ data: Data) {
    _ = ftruncate(descriptor, 0)
    let written = data.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    demand(written == data.count, "the scratch file took \(written) of \(data.count) bytes")
  }

  private static func removeAtExit(_ path: String) {
    paths.withLock { $0.append(path) }
    atexit { ScratchFile.paths.withLock { for path in $0 { unlink(path) } } }
  }

  private static let paths = Mutex<[String]>([])
}

extension Data {
  /// The input cut into `count` parts; each but the last has its length in two bytes before it.
  func parts(_ count: Int) -> [Data] {
    var rest = self[...]
    var parts: [Data] = []
    for _ in 1..<count {
      let length = rest.prefix(2).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(2)
      parts.append(Data(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return parts + [Data(rest)]
  }

  /// The input that ``parts(_:)`` cuts into these.
  static func joining(_ parts: [Data]) -> Data {
    parts.dropLast().reduce(into: Data()) { data, part in
      data += [UInt8(part.count >> 8), UInt8(part.count & 0xFF)]
      data += part
    } + (parts.last ?? Data())
  }
}
