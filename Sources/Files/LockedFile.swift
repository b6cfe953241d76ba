import Foundation

/// An open file that no other process may open in the same way until this one ends.
final class LockedFile: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Opens the file, which is created if it is missing.
  init(path: String) throws(FileError) {
    try Folder.create(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    descriptor = try Self.locked(path, O_RDWR | O_CREAT)
    self.path = path
  }

  deinit {
    close(descriptor)
  }

  /// Opens a file or a folder and takes its lock.
  ///
  /// - Throws: ``FileError`` when it cannot be opened, or another process holds it.
  static func locked(_ path: String, _ flags: Int32) throws(FileError) -> Int32 {
    let descriptor = open(path, flags | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FileError(
        path: path, problem: "could not be opened (\(String(cString: strerror(errno))))",
        remedy: "Choose a folder that you may read and write.")
    }
    guard lock(descriptor) else {
      close(descriptor)
      throw FileError(
        path: path, problem: "is in use by another process",
        remedy: "Wait for that one to end, or give another output folder.")
    }
    return descriptor
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

  /// Writes `data` at `offset`, where the file then ends, and syncs it.
  ///
  /// - Returns: The new length of the file.
  /// - Throws: ``FileError``; the file then ends at `offset`.
  func write(_ data: Data, at offset: Int) throws(FileError) -> Int {
    var done = 0
    while done < data.count {
      let written = data.withUnsafeBytes { bytes in
        pwrite(descriptor, bytes.baseAddress.map { $0 + done }, data.count - done, off_t(offset + done))
      }
      if written < 0 {
        if errno == EINTR { continue }
        throw failure(at: offset)
      }
      done += written
    }
    guard ftruncate(descriptor, off_t(offset + done)) == 0, fsync(descriptor) == 0 else {
      throw failure(at: offset)
    }
    return offset + done
  }

  private func failure(at offset: Int) -> FileError {
    let code = errno
    ftruncate(descriptor, off_t(offset))
    return FileError(
      path: path, problem: "could not be written (\(String(cString: strerror(code))))",
      remedy: code == ENOSPC || code == EDQUOT
        ? "Free some space and go on; what was written before is safe."
        : "Choose a folder that you may write to.")
  }
}
