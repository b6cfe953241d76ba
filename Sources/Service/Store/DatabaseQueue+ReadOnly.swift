import Files
import Foundation
import GRDB

extension DatabaseQueue {
  /// Reads a database in one transaction, also while a service works on it.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - body: Reads.
  /// - Throws: `FileError` for a file that is not there or is of another schema; what SQLite or `body` throw.
  static func reading(_ path: String, _ body: (Database) throws -> Void) throws {
    let real = DatabasePath.real(path)
    guard FileManager.default.fileExists(atPath: real) else {
      throw FileError(path: path, problem: "does not exist", remedy: "Check the path.")
    }
    var configuration = GRDB.Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    try DatabaseQueue(path: real, configuration: configuration).read { database in
      try Schema.require(database, path: path)
      try body(database)
    }
  }
}
