import Files
import Foundation
import GRDB

/// A file of SQLite, which this process has for itself.
struct SQLiteBackend: StoreBackend {
  private let file: DatabaseFile

  /// Opens or creates a database.
  ///
  /// - Throws: `FileError` when the file cannot be used.
  init(path: String) throws(FileError) {
    file = try DatabaseFile(path: path)
  }

  var isShared: Bool { false }
  var loss: Ledger.Loss? { file.loss }
  var notices: [String] { file.notices }

  func transaction(_ locks: RunLocks, _ work: (any RunTransaction) throws -> Int) throws {
    do {
      try file.pool.writeWithoutTransaction { database in
        try database.inTransaction(.immediate) {
          try file.ledger.add(try work(SQLiteTransaction(database: database)), database)
          // Before the commit, so that it is rolled back, and after it, so that nobody is told of one that went into
          // a file that is gone.
          try file.watched.check()
          return .commit
        }
      }
      try file.watched.check()
    } catch {
      file.ledger.discard()
      throw error
    }
    file.ledger.commit()
  }

  func read<Value: Sendable>(
    _ query: @escaping @Sendable (any RunTransaction) throws -> Value
  ) async throws -> Value {
    try await file.pool.read { try query(SQLiteTransaction(database: $0)) }
  }

  var news: AsyncStream<PostgresBulletin.News>? { nil }

  func announce(_ events: [RunEvent]) {}

  func sizes() async -> [(name: String, bytes: Int)] {
    zip(["database", "log"], DatabasePath.companions(of: file.pool.path)).map { name, path in
      (name, (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0)
    }
  }

  /// Leaves the database as one file.
  func close() { file.close() }
}
