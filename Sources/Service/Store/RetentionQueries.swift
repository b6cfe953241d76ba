import Foundation
import GRDB

/// The statements that end and delete runs, a slice at a time.
enum RetentionQueries {
  /// Decisions that one transaction deletes: a few milliseconds' worth.
  static let slice = 500
  /// Free pages (1 MB) that are left in the file for new rows, and pages that one transaction gives back.
  private static let sparePages = 256

  /// Open runs without a sign of life since a time, in milliseconds since 1970.
  static func silent(since time: Int64, limit: Int, _ database: Database) throws -> [(
    id: String, owner: String
  )] { try unheard("=", since: time, limit: limit, database) }

  /// Runs that are not open and were last heard of before a time.
  static func ended(before time: Int64, limit: Int, _ database: Database) throws -> [(
    id: String, owner: String
  )] { try unheard("<>", since: time, limit: limit, database) }

  private static func unheard(
    _ comparison: String, since time: Int64, limit: Int, _ database: Database
  ) throws -> [(id: String, owner: String)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT id, owner FROM runs WHERE status \(comparison) 'open' AND deleted = 0 AND touched < ? \
        AND coalesce((SELECT time FROM decisions WHERE run = runs.key ORDER BY step DESC LIMIT 1), 0) < ? LIMIT ?
        """, arguments: [time, time, limit]
    ).map { ($0["id"], $0["owner"]) }
  }

  /// Hides a run from everybody; ``sweep(_:)`` deletes it.
  static func hide(_ run: Run, _ database: Database) throws {
    try database.execute(
      sql: "UPDATE runs SET deleted = 1, requestKey = NULL WHERE key = ?", arguments: [run.key])
  }

  /// Deletes a slice of what hidden runs hold, and checkpoints and rules that no run needs any more.
  ///
  /// - Returns: Whether there may be more.
  static func sweep(_ database: Database) throws -> Bool {
    guard let run = try Int64.fetchOne(database, sql: "SELECT key FROM runs WHERE deleted = 1 LIMIT 1") else {
      return false
    }
    if let last = try Int.fetchOne(
      database, sql: "SELECT step FROM decisions WHERE run = ? ORDER BY step LIMIT 1 OFFSET ?",
      arguments: [run, slice - 1])
    {
      try database.execute(
        sql: "DELETE FROM decisions WHERE run = ? AND step <= ?", arguments: [run, last])
      return true
    }
    try database.execute(sql: "DELETE FROM runs WHERE key = ?", arguments: [run])
    try database.execute(
      sql: """
        DELETE FROM controllers WHERE hash NOT IN (SELECT controllerHash FROM runs);
        DELETE FROM rules WHERE key NOT IN (SELECT rules FROM runs WHERE rules IS NOT NULL)
        """)
    return true
  }

  /// Gives a slice of free pages back to the file system; a database from before schema 5 does so after
  /// `metalr prune`.
  ///
  /// - Returns: Whether there may be more.
  static func shrink(_ database: Database) throws -> Bool {
    let free = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
    guard free > 2 * sparePages, try isIncremental(database) else { return false }
    try database.execute(sql: "PRAGMA incremental_vacuum(\(sparePages))")
    return true
  }

  /// Whether free pages can be given back without writing the file anew.
  static func isIncremental(_ database: Database) throws -> Bool {
    try Int.fetchOne(database, sql: "PRAGMA auto_vacuum") == 2
  }
}
