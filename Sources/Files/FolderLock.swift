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
    descriptor = try LockedFile.locked(folder, O_RDONLY | O_DIRECTORY)
  }

  deinit { close(descriptor) }
}
