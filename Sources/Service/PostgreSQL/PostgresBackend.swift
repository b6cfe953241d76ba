import Files
import Foundation

/// A PostgreSQL server, which several instances of the service share.
///
/// Each instance commits what waits together, as with SQLite. Locks on the rows of runs keep instances apart.
final class PostgresBackend: StoreBackend {
  let notices: [String]
  private let writer: PostgresConnection
  private let readers: PostgresReaders
  private let bulletin: PostgresBulletin

  /// How often a transaction that met another is tried.
  private static let mostAttempts = 10

  /// Connects, and brings the tables to this build's schema.
  ///
  /// - Throws: `FileError` when the database cannot be used.
  init(_ address: PostgresAddress) throws(FileError) {
    let library = try LibPQ(for: address)
    writer = PostgresConnection(library, address)
    readers = PostgresReaders(library, address)
    bulletin = PostgresBulletin(library, address)
    do {
      notices = try PostgresSchema.migrate(writer, address)
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(storePath: address.text, error)
    }
  }

  var isShared: Bool { true }
  var loss: Ledger.Loss? { nil }
  var news: AsyncStream<PostgresBulletin.News>? { bulletin.news }

  func transaction(_ locks: RunLocks, _ work: (any RunTransaction) throws -> Int) throws {
    for attempt in 1... {
      do {
        return try attemptTransaction(locks, work)
      } catch let error as PostgresError where error.isCollision && attempt < Self.mostAttempts {
        continue
      }
    }
  }

  private func attemptTransaction(_ locks: RunLocks, _ work: (any RunTransaction) throws -> Int) throws {
    try writer.begin()
    do {
      let transaction = PostgresTransaction(writer, isWriting: true)
      try transaction.lock(locks)
      _ = try work(transaction)
      try transaction.flush()
      try writer.commit()
    } catch {
      writer.rollback(after: error)
      throw error
    }
  }

  func read<Value: Sendable>(
    _ query: @escaping @Sendable (any RunTransaction) throws -> Value
  ) async throws -> Value {
    try await readers.read(query)
  }

  func announce(_ events: [RunEvent]) { bulletin.post(events) }

  func sizes() async -> [(name: String, bytes: Int)] {
    let bytes = try? await readers.perform { connection in
      try connection.query("SELECT pg_database_size(current_database())").first?.integer(0) ?? 0
    }
    return bytes.map { [("database", Int($0))] } ?? []
  }

  func close() {
    bulletin.close()
    writer.close()
  }
}
