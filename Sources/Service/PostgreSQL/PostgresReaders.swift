import Dispatch
import NIOConcurrencyHelpers

/// Connections that read, each with a queue of its own; a query goes where the fewest wait.
final class PostgresReaders: Sendable {
  private struct Reader: @unchecked Sendable {
    // Unchecked: the connection is used on the queue alone.
    let connection: PostgresConnection
    let queue: DispatchQueue
  }

  private let readers: [Reader]
  private let waiting: NIOLockedValueBox<[Int]>
  private static let count = 3

  init(_ library: LibPQ, _ address: PostgresAddress) {
    readers = (0..<Self.count).map {
      Reader(
        connection: PostgresConnection(library, address), queue: DispatchQueue(label: "database reader \($0)")
      )
    }
    waiting = NIOLockedValueBox(Array(repeating: 0, count: Self.count))
  }

  /// Reads what was committed.
  func read<Value: Sendable>(
    _ query: @escaping @Sendable (any RunTransaction) throws -> Value
  ) async throws -> Value {
    try await perform { try query(PostgresTransaction($0, isWriting: false)) }
  }

  /// Uses a connection, and a new one where it turns out to be lost.
  func perform<Value: Sendable>(
    _ work: @escaping @Sendable (PostgresConnection) throws -> Value
  ) async throws -> Value {
    let index = waiting.withLockedValue { waiting in
      let index = waiting.indices.min { waiting[$0] < waiting[$1] } ?? 0
      waiting[index] += 1
      return index
    }
    let reader = readers[index]
    return try await withCheckedThrowingContinuation { continuation in
      reader.queue.async {
        let result = Result { try Self.attempt(reader.connection, work) }
        self.waiting.withLockedValue { $0[index] -= 1 }
        continuation.resume(with: result)
      }
    }
  }

  private static func attempt<Value>(
    _ connection: PostgresConnection, _ work: (PostgresConnection) throws -> Value
  ) throws -> Value {
    do {
      return try work(connection)
    } catch let error as PostgresError where error.endsConnection {
      connection.close()
      return try work(connection)
    }
  }
}
