import Files
import Foundation
import GRDB

/// What `metalr prune` did to a database that no service works on.
public struct DatabasePruning: Sendable, Equatable, Encodable {
  /// Runs that were deleted, or would be.
  public private(set) var runs = 0
  /// Bytes of the file before.
  public private(set) var bytesBefore = 0
  /// Bytes of the file after.
  public private(set) var bytesAfter = 0

  /// Deletes runs that ended long ago, and gives the room back to the file system.
  ///
  /// - Parameters:
  ///   - path: The database.
  ///   - days: Runs that are not open and were last heard of before so many days are deleted; 0 for all of them.
  ///   - rehearsing: Only counts.
  /// - Throws: `FileError` when a service works on the file, or it cannot be used.
  public init(path: String, olderThanDays days: Double, rehearsing: Bool = false) throws(FileError) {
    try PostgresAddress.refuse(path, remedy: "`metalr serve --retain DAYS` deletes old runs there.")
    guard FileManager.default.fileExists(atPath: path) else {
      throw FileError(path: path, problem: "does not exist", remedy: "Check the path.")
    }
    let file = try DatabaseFile(path: path)
    defer { file.close() }
    let cutoff = Timestamp.now() - Int64(days * 86_400_000)
    bytesBefore = Self.size(of: path)
    do {
      let ids = try file.pool.read { try RetentionQueries.ended(before: cutoff, limit: .max, $0) }.map(\.id)
      runs = ids.count
      if !rehearsing {
        for id in ids {
          try file.pool.write { database in
            if let run = try RunQueries.run(id, database) { try RetentionQueries.hide(run, database) }
            try file.ledger.add(1, database)
          }
          file.ledger.commit()
        }
        try file.pool.write { try TrainingQueries.deleteEnded(before: cutoff, $0) }
        while try file.pool.write({ try RetentionQueries.sweep($0) }) {}
        // Written anew as a whole, which also turns an older file into one that shrinks by itself.
        try file.pool.writeWithoutTransaction {
          try $0.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
        }
      }
      try file.pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    } catch {
      throw FileError(databasePath: path, error)
    }
    bytesAfter = Self.size(of: path)
  }

  private static func size(of path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: DatabasePath.real(path))[.size] as? Int) ?? 0
  }
}
