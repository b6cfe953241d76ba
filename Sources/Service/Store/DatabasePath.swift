import Files
import Foundation

/// Where a database really is, so that two names of one file are one.
enum DatabasePath {
  /// The path without symbolic links; of a file that is not there yet, that of its folder with its name.
  static func real(_ path: String) -> String {
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path), target != path {
      return real(target.hasPrefix("/") ? target : folder(of: path) + "/" + target)
    }
    guard let folder = realpath(folder(of: path), nil) else { return path }
    defer { free(folder) }
    return String(cString: folder) + "/" + (path as NSString).lastPathComponent
  }

  /// Creates the file for its owner alone, and takes from others what they may do with one that is there: a database
  /// holds what every team trains.
  ///
  /// - Returns: What was changed, as sentences.
  /// - Throws: `FileError` for a file with a second name, which SQLite cannot keep apart.
  static func makePrivate(_ path: String) throws(FileError) -> [String] {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    if descriptor >= 0 { close(descriptor) }
    var notices: [String] = []
    for file in companions(of: path) {
      var status = stat()
      guard stat(file, &status) == 0 else { continue }
      guard status.st_nlink < 2 else {
        throw FileError(
          path: file, problem: "has a second name (a hard link)",
          remedy: "Remove the other name: two services could work on the file at once.")
      }
      guard status.st_mode & 0o077 != 0 else { continue }
      let mode = String(status.st_mode & 0o777, radix: 8)
      let name = (file as NSString).lastPathComponent
      notices.append(
        chmod(file, 0o600) == 0
          ? "'\(name)' had the mode \(mode); now only its owner can read it"
          : "'\(name)' has the mode \(mode), which could not be changed: others can read it")
    }
    return notices
  }

  /// The database, its log and the index of the log.
  static func companions(of path: String) -> [String] { ["", "-wal", "-shm"].map { path + $0 } }

  /// The file of the lock.
  static func lock(of path: String) -> String { path + ".lock" }

  private static func folder(of path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }
}
