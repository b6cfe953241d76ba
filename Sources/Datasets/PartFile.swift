import Files
import Foundation

/// The part of a file that has been downloaded so far, kept beside its final name and locked while in use.
final class PartFile: Sendable {
  /// The final name with ".part" added.
  let path: String
  private let finalPath: String
  private let descriptor: Int32

  /// Opens the part, which is empty when there was none; missing folders are created.
  init(of finalPath: String) throws(DatasetError) {
    let path = finalPath + ".part"
    do throws(FileError) {
      try Folder.create((finalPath as NSString).deletingLastPathComponent)
    } catch {
      throw .file(error)
    }
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path, "could not be written") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .file(
        path, "is in use by another download", remedy: "Wait for that one, or end it, and run this again.")
    }
    (self.path, self.finalPath, self.descriptor) = (path, finalPath, descriptor)
  }

  deinit {
    close(descriptor)
  }

  /// Bytes that are here.
  var size: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Throws away what is here.
  func empty() throws(DatasetError) {
    guard ftruncate(descriptor, 0) == 0 else { throw Self.failure(path, "could not be written") }
  }

  /// Adds bytes to the end.
  func append(_ data: Data) throws(DatasetError) {
    lseek(descriptor, 0, SEEK_END)
    var rest = data[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        throw Self.failure(path, "could not be written")
      }
      rest = rest.dropFirst(written)
    }
  }

  /// Removes the part, once the file is whole or its content is found to be wrong.
  func remove() {
    unlink(path)
  }

  /// Gives the part its final name, once it is known to be whole.
  func finish() throws(DatasetError) {
    guard fsync(descriptor) == 0 else { throw Self.failure(path, "could not be synced") }
    guard rename(path, finalPath) == 0 else { throw Self.failure(finalPath, "could not be replaced") }
  }

  private static func failure(_ path: String, _ problem: String) -> DatasetError {
    let code = errno
    return .file(
      path, "\(problem) (\(String(cString: strerror(code))))",
      remedy: code == ENOSPC || code == EDQUOT
        ? "Free some space, or choose a folder on another disk with --data or METALR_DATA."
        : "Choose a folder that you may write to, with --data or METALR_DATA.")
  }
}
