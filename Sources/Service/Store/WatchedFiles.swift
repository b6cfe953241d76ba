import Foundation

/// The files that the service works on, by what the system knows them by: a path may come to name another file, or
/// none, while the old one goes on taking writes that nobody will ever read.
struct WatchedFiles: Sendable {
  private struct Identity: Equatable {
    let device: dev_t
    let inode: ino_t
  }

  private let files: [(path: String, identity: Identity)]

  /// Remembers the files that are at these paths now.
  init(_ paths: [String]) {
    files = paths.compactMap { path in Self.identity(of: path).map { (path, $0) } }
  }

  /// Checks that the same files are there, in about a microsecond each.
  ///
  /// - Throws: ``ServiceError`` that names the first that is not.
  func check() throws(ServiceError) {
    for file in files where Self.identity(of: file.path) != file.identity {
      throw .replaced(String(file.path.split(separator: "/").last ?? ""))
    }
  }

  private static func identity(of path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Identity(device: status.st_dev, inode: status.st_ino)
  }
}
