import Files
import Foundation
import GRDB

/// Opens the database: locked for this process, in WAL mode, every commit synced, of this build's schema.
struct DatabaseFile: Sendable {
  /// Reads run beside the writer.
  let pool: DatabasePool
  /// Held while the file is open.
  let lock: FileLock
  /// Notices when the file, its log or the lock is replaced.
  let watched: WatchedFiles
  /// Counts the changes.
  let ledger: Ledger
  /// What the start found to be missing; nil for nothing.
  let loss: Ledger.Loss?
  /// What else the operator should know of the start.
  let notices: [String]

  /// Files up to this size are checked page by page when they are opened, which takes under a second.
  private static let checkedSize = 256 << 20
  /// Pages of the write-ahead log (16 MB) after which it is copied into the database.
  private static let checkpointPages = 4000
  /// Bytes that the log keeps once it is copied, however long it had grown.
  private static let logSize = 64 << 20

  /// Opens or creates a database.
  ///
  /// - Throws: `FileError` when the file is in use, cannot be written, is damaged, or is of a newer schema.
  init(path: String) throws(FileError) {
    let real = DatabasePath.real(path)
    lock = try FileLock(path: DatabasePath.lock(of: real), of: path)
    do {
      notices = try DatabasePath.makePrivate(real)
      pool = try DatabasePool(path: real, configuration: Self.configuration)
      (ledger, loss) = try pool.writeWithoutTransaction { [lock] database in
        // The pool relaxes this when it turns WAL on; here an answer is given only once it is on the disk.
        try database.execute(sql: "PRAGMA synchronous = FULL")
        try database.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.checkpointPages)")
        try Self.check(database, real)
        try Schema.migrate(database, path: path)
        // A write, so that the log is there to be watched.
        try RunQueries.beat(database)
        let ledger = try Ledger(database, lock: lock)
        return (ledger, try ledger.settle(database))
      }
      watched = WatchedFiles(DatabasePath.companions(of: real) + [DatabasePath.lock(of: real)])
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(databasePath: path, error)
    }
  }

  private static var configuration: GRDB.Configuration {
    var configuration = GRDB.Configuration()
    configuration.maximumReaderCount = 3
    configuration.label = "runs"
    // A backup, or a process that is just ending, may hold a lock for a moment.
    configuration.busyMode = .timeout(5)
    // Set on every connection before WAL mode is, so that no commit is ever made with less.
    configuration.prepareDatabase { database in
      // Only ever of use before the first table; see RetentionQueries.shrink.
      if !database.configuration.readonly { try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
      try database.execute(
        sql: """
          PRAGMA synchronous = FULL; PRAGMA cache_size = -8000; PRAGMA journal_size_limit = \(Self.logSize)
          """)
    }
    return configuration
  }

  /// Closes the database, which leaves it as one file, and lets the lock go.
  func close() {
    // Readers first: the last connection takes the write-ahead log in, and one that only reads could not.
    pool.invalidateReadOnlyConnections()
    try? pool.close()
    lock.release()
  }

  private static func check(_ database: Database, _ path: String) throws {
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    guard size <= checkedSize else { return }
    let answer = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? ""
    guard answer == "ok" else {
      throw FileError(
        path: path, problem: "is damaged (\(answer.replacing("\n", with: " ").prefix(200)))",
        remedy: "Restore it from a backup; Docs/Service-operations.md tells how.")
    }
  }
}

extension FileError {
  /// What SQLite said when a database could not be opened.
  init(databasePath path: String, _ error: any Error) {
    let code = (error as? DatabaseError)?.resultCode
    let remedy =
      switch code {
      case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
        "Give a file in a folder that exists and that this user may write to."
      case .SQLITE_NOTADB, .SQLITE_CORRUPT:
        "Restore it from a backup, or give another file; Docs/Service-operations.md tells how."
      case .SQLITE_FULL: "Free some space, or choose a folder on another disk."
      default: "Check the file and its folder."
      }
    let reason = (error as? DatabaseError)?.message ?? "\(error)"
    self.init(path: path, problem: "could not be opened as a database (\(reason))", remedy: remedy)
  }
}
