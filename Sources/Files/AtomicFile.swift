import Foundation

/// Files that are either whole or not there.
public enum AtomicFile {
  /// Writes `data` to `path` so that a reader, or a crash at any moment, sees the old file or the new one,
  /// never a part.
  ///
  /// The bytes go to a temporary name in the same folder, which is synced and renamed; then the folder is
  /// synced. Missing folders on the way are created.
  ///
  /// - Throws: ``FileError`` when the folder cannot be written or the disk is full; the temporary file is
  ///   removed.
  public static func write(_ data: Data, to path: String) throws(FileError) {
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent()
    try Folder.create(folder.path)
    let temporary = folder.appendingPathComponent(".\(url.lastPathComponent).\(getpid()).tmp").path
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path, "could not be written") }
    do {
      try fill(descriptor, with: data, path: path)
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0 else {
      let error = failure(path, "could not be written")
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let error = failure(path, "could not be replaced")
      unlink(temporary)
      throw error
    }
    syncFolder(folder.path)
  }

  /// Writes `text` in UTF-8; otherwise like ``write(_:to:)-(Data,_)``.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Data(text.utf8), to: path)
  }

  private static func fill(_ descriptor: Int32, with data: Data, path: String) throws(FileError) {
    var offset = 0
    while offset < data.count {
      let written = data.withUnsafeBytes { bytes in
        Foundation.write(descriptor, bytes.baseAddress.map { $0 + offset }, data.count - offset)
      }
      if written < 0 {
        if errno == EINTR { continue }
        throw failure(path, "could not be written")
      }
      offset += written
    }
    guard fsync(descriptor) == 0 else { throw failure(path, "could not be synced") }
  }

  /// A rename is durable once its folder is synced; a file system that cannot sync folders is left at that.
  private static func syncFolder(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func failure(_ path: String, _ problem: String) -> FileError {
    let code = errno
    let remedy =
      switch code {
      case ENOSPC, EDQUOT: "Free some space, or choose a folder on another disk."
      case EISDIR, ENOTEMPTY: "Give the name of a file, not of a folder."
      default: "Choose a folder that you may write to."
      }
    return FileError(path: path, problem: "\(problem) (\(String(cString: strerror(code))))", remedy: remedy)
  }
}
