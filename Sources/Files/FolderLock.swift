import Foundation

/// Keeps other processes from writing to a folder as long as it lives.
///
/// The folder itself is locked, so that no file is left in it.
public final class FolderLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock of a folder, which is created if it is missing.
  ///
  /// - Throws: ``FileError`` when the folder cannot be made, or another process holds it.
  public init(_ folder: String) throws(FileError) {
    try Folder.create(folder)
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileError(
        path: folder, problem: "could not be opened (\(String(cString: strerror(errno))))",
        remedy: "Choose a folder that you may read and write.")
    }
    guard LockedFile.lock(descriptor) else {
      close(descriptor)
      throw FileError(
        path: folder, problem: "is in use by another process",
        remedy: "Wait for that one to end, or give another output folder.")
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
