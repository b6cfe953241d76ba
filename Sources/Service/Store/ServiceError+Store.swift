import GRDB

extension ServiceError {
  /// The code of a damaged database.
  static let corruptCode = "database_corrupt"

  /// The service is shutting down.
  static let draining = ServiceError(
    503, "shutting_down", "The service is shutting down.", remedy: "Try again in a moment.", retryAfter: 2)

  /// More requests wait than can be answered in time.
  static let overloaded = ServiceError(
    503, "overloaded", "Too many requests are waiting for the database.", remedy: "Try again in a moment.",
    retryAfter: 1)

  /// A file that the service works on is gone from its path, or another is there.
  static func replaced(_ name: String) -> ServiceError {
    ServiceError(
      503, "database_replaced",
      "'\(name)' is no longer the file that the service opened. Nothing of this request was stored for good.",
      remedy: "Stop the service, restore the database from a backup, and start it again.", retryAfter: 30)
  }

  static func lostController(_ run: Run) -> ServiceError {
    ServiceError(
      503, "controller_unreadable",
      "The checkpoint of controller '\(run.request.controller)' that this run began with cannot be read "
        + "from the database.",
      remedy: "Restore the database from a backup; no decision was lost.")
  }

  /// What SQLite said when it could not read or commit: nothing of it was stored.
  init(database error: any Error) {
    if let error = error as? ServiceError {
      self = error
      return
    }
    if let error = error as? PostgresError {
      self.init(postgres: error)
      return
    }
    let lost = "Nothing of this request was stored; decisions made before are safe."
    switch (error as? DatabaseError)?.resultCode {
    case .SQLITE_FULL:
      self.init(
        507, "disk_full", "The disk of the database is full. \(lost)",
        remedy: "Free some space there, then try again.", retryAfter: 30)
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN:
      self.init(
        503, "database_read_only", "The database cannot be written. \(lost)",
        remedy: "Make the file and its folder writable for the service, then try again.", retryAfter: 30)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self.init(
        503, Self.corruptCode, "The database is damaged. \(lost)",
        remedy: "Stop the service and restore the database from a backup.", retryAfter: 300)
    case .SQLITE_IOERR:
      self.init(
        503, "database_io", "The disk of the database failed. \(lost)",
        remedy: "Check the disk, then try again.", retryAfter: 30)
    default:
      self.init(
        503, "database_unavailable", "The database could not be used. \(lost)",
        remedy: "Try again; the service's log says more.", retryAfter: 5)
    }
  }
}
