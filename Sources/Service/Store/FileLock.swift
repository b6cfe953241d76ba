import Files
import Foundation
import NIOConcurrencyHelpers

/// Keeps a second process from working on the same database; the system releases it when the process ends.
final class FileLock: Sendable {
  private let descriptor: NIOLockedValueBox<Int32?>

  /// Takes the lock.
  ///
  /// - Throws: `FileError` when another process holds it, or the folder cannot be written.
  init(path: String, of file: String) throws(FileError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw FileError(
        path: file, problem: "could not be opened as a database (\(String(cString: strerror(errno))))",
        remedy: "Give a file in a folder that exists and that this user may write to.")
    }
    guard Self.lock(descriptor) else {
      close(descriptor)
      throw FileError(
        path: file, problem: "is in use by another process",
        remedy: "Stop the other service, or give each its own database.")
    }
    self.descriptor = NIOLockedValueBox(descriptor)
  }

  /// Takes the lock, trying for a second: a process that is just being started holds what its parent has let go, until it
  /// runs its own program.
  private static func lock(_ descriptor: Int32) -> Bool {
    for _ in 0..<50 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
      usleep(20_000)
    }
    return false
  }

  deinit { release() }

  /// What the file says; texts of one length replace each other in one write.
  var text: String {
    get {
      descriptor.withLockedValue { descriptor in
        guard let descriptor else { return "" }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      }
    }
    set {
      let bytes = Array(newValue.utf8)
      descriptor.withLockedValue { descriptor in
        if let descriptor { _ = pwrite(descriptor, bytes, bytes.count, 0) }
      }
    }
  }

  /// Lets the lock go; once is enough.
  func release() {
    descriptor.withLockedValue { descriptor in
      if let descriptor { close(descriptor) }
      descriptor = nil
    }
  }
}
