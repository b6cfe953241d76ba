import Foundation
import GRDB
import NIOConcurrencyHelpers

/// Counts the changes of a database twice: in it, with every commit, and beside it, in the file of the lock.
///
/// SQLite drops the rest of its log in silence from the first page on that is damaged, and a copy from yesterday is as
/// whole as the file of today. Only a second count tells that something is missing.
final class Ledger: Sendable {
  /// Changes that were acknowledged and are not in the database.
  struct Loss: Sendable, Equatable, CustomStringConvertible {
    let missing: Int64

    var description: String {
      "The database lacks the last \(missing) changes that were acknowledged: its log (-wal) was damaged or removed, or "
        + "an older copy was put in its place. Restore a backup that has them, or rewind the jobs they belong to."
    }
  }

  private struct Count {
    var committed: Int64
    var staged: Int64
  }

  private let id: String
  private let lock: FileLock
  private let count: NIOLockedValueBox<Count>

  /// Reads both counts.
  init(_ database: Database, lock: FileLock) throws {
    let (id, changes) = try Self.read(database)
    self.id = id
    self.lock = lock
    count = NIOLockedValueBox(Count(committed: changes, staged: changes))
  }

  /// What is missing in the database, which is then remembered in it; nil for nothing.
  func settle(_ database: Database) throws -> Loss? {
    let changes = count.withLockedValue(\.committed)
    let loss = Self.loss(id: id, changes: changes, witness: lock.text)
    if let loss {
      try database.execute(
        sql: "INSERT INTO losses VALUES (?, ?)", arguments: [Date().ISO8601Format(), loss.missing])
    }
    write(changes)
    return loss
  }

  /// Counts changes of the open transaction.
  func add(_ changes: Int, _ database: Database) throws {
    guard changes > 0 else { return }
    try database.cachedStatement(sql: "UPDATE ledger SET changes = changes + ?").execute(arguments: [changes])
    count.withLockedValue { $0.staged = $0.committed + Int64(changes) }
  }

  /// The transaction was committed.
  func commit() {
    let changes: Int64? = count.withLockedValue { count in
      guard count.staged != count.committed else { return nil }
      count.committed = count.staged
      return count.committed
    }
    if let changes { write(changes) }
  }

  /// The transaction failed.
  func discard() { count.withLockedValue { $0.staged = $0.committed } }

  /// Not synced: after a kill the system still has it, and after a loss of power it can only be too low, which raises
  /// no alarm.
  private func write(_ changes: Int64) {
    let digits = String(changes)
    lock.text = "\(id) \(String(repeating: "0", count: max(0, 19 - digits.count)))\(digits)\n"
  }

  /// The identity of a database, and its own count.
  static func read(_ database: Database) throws -> (id: String, changes: Int64) {
    guard let row = try Row.fetchOne(database, sql: "SELECT lower(hex(id)) AS id, changes FROM ledger") else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the ledger is empty")
    }
    return (row["id"], row["changes"])
  }

  /// What a database lacks by the count beside it; nil for nothing, or where the count is of another database.
  static func loss(id: String, changes: Int64, witness: String) -> Loss? {
    let words = witness.split(whereSeparator: \.isWhitespace)
    guard words.count == 2, words[0] == id, let acknowledged = Int64(words[1]), acknowledged > changes else {
      return nil
    }
    return Loss(missing: acknowledged - changes)
  }
}
