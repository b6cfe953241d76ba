import Foundation

/// Folders on the way to a file.
public enum Folder {
  /// Creates a folder and those above it that are missing; one that is there is fine.
  ///
  /// - Throws: ``FileError`` that names the folder that could not be created, and why.
  public static func create(_ path: String) throws(FileError) {
    if mkdir(path, 0o777) == 0 { return }
    var code = errno
    if code == ENOENT {
      let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
      if parent != path {
        try create(parent)
        if mkdir(path, 0o777) == 0 { return }
        code = errno
      }
    }
    var isFolder: ObjCBool = false
    if code == EEXIST, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
      isFolder.boolValue
    {
      return
    }
    throw FileError(
      path: path, problem: "could not be created (\(String(cString: strerror(code))))",
      remedy: code == ENOSPC
        ? "Free some space, or choose a folder on another disk." : "Choose a folder that you may write to.")
  }
}
