import Files

/// What PostgreSQL said, or that it says nothing any more.
struct PostgresError: Error, CustomStringConvertible {
  /// The SQLSTATE, five characters; nil where the server could not be asked.
  let state: String?
  let message: String
  /// What to do where the server let nobody in; nil where that is not known.
  var remedy: String?

  /// A row that this build cannot read.
  static func corrupt(_ message: String) -> PostgresError { PostgresError(state: "XX001", message: message) }

  /// A server that hangs, as far as one can see: asking again would double the time that clients wait.
  static func noAnswer(seconds: Int) -> PostgresError {
    PostgresError(state: "57014", message: "no answer within \(seconds) s")
  }

  var description: String { state.map { "\(message) (\($0))" } ?? message }

  /// Whether the same transaction may succeed when it is done again, since it met that of another instance: a
  /// deadlock, or a row that both inserted or one deleted.
  var isCollision: Bool { ["40001", "40P01", "23505", "23503"].contains(state) }

  /// Whether the connection is of no use any more: it is lost, the server shuts down or starts, or it became a standby.
  var endsConnection: Bool {
    guard let state else { return true }
    return ["57P01", "57P02", "57P03", "25006", "25P03"].contains(state) || state.hasPrefix("08")
  }
}

extension ServiceError {
  /// What PostgreSQL said when it could not read or commit.
  init(postgres error: PostgresError) {
    let lost = "Nothing of this request was acknowledged; decisions made before are safe."
    switch error.state {
    case "53100":
      self.init(
        507, "disk_full", "The disk of the database is full. \(lost)",
        remedy: "Free some space there, then try again.", retryAfter: 30)
    case "25006", "42501":
      self.init(
        503, "database_read_only", "The database cannot be written. \(lost)",
        remedy: "Let the service's user write to the schema metalr of a primary server, then try again.",
        retryAfter: 5)
    case "58030":
      self.init(
        503, "database_io", "The disk of the database failed. \(lost)",
        remedy: "Check the disk, then try again.", retryAfter: 30)
    case "XX001", "XX002":
      self.init(
        503, Self.corruptCode, "The database is damaged. \(lost)",
        remedy: "Stop the service and restore the database from a backup.", retryAfter: 300)
    default:
      self.init(
        503, "database_unavailable", "The database could not be used. \(lost)",
        remedy: "Try again; the service's log says more.", retryAfter: 1)
    }
  }
}

extension FileError {
  /// Why a database could not be opened, in a file or of PostgreSQL.
  init(storePath path: String, _ error: any Error) {
    guard let address = PostgresAddress(path) else {
      self.init(databasePath: path, error)
      return
    }
    let known = error as? PostgresError
    let remedy =
      switch known?.state {
      case "42501":
        "Have the database's owner say 'CREATE SCHEMA metalr AUTHORIZATION' and the service's user, or give that user the right to create a schema."
      case "25006": "Give the address of a server that takes writes."
      case "53100": "Free some space on the disk of the database."
      default: "Check the address, that the server runs, and that its log says nothing else."
      }
    let reason = "\(error)".split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(500)
    self.init(
      path: address.shown, problem: "could not be opened as a database (\(reason))",
      remedy: known?.remedy ?? remedy)
  }
}
