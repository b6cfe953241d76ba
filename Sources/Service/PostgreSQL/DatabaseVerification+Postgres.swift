import Files
import Foundation

/// What `metalr verify` looks at in PostgreSQL, as it was at one moment. Pages and their order are the server's own.
extension DatabaseVerification {
  /// Decisions that are asked for at a time; each may have several kilobytes.
  private static let page: Int64 = 500

  mutating func verify(_ address: PostgresAddress, repeating: Bool) throws(FileError) {
    let connection = PostgresConnection(try LibPQ(for: address), address)
    defer { connection.close() }
    do {
      try connection.begin(.snapshot)
      try PostgresSchema.require(connection, address)
      try checkCheckpoints(connection)
      let ids = try connection.query("SELECT id FROM runs WHERE NOT deleted ORDER BY key").map {
        try $0.text(0)
      }
      runs = ids.count
      try checkChains(connection)
      if repeating { try repeatDecisions(of: ids, PostgresTransaction(connection, isWriting: false)) }
    } catch let error as FileError {
      throw error
    } catch {
      guard ["XX001", "XX002"].contains((error as? PostgresError)?.state) else {
        throw FileError(storePath: address.text, error)
      }
      add("A row or page that is needed is damaged: \(error).")
    }
  }

  private mutating func checkCheckpoints(_ connection: PostgresConnection) throws {
    for hash in try connection.query("SELECT hash FROM controllers ORDER BY hash").map({ try $0.text(0) }) {
      let row = try connection.query(
        "SELECT name, checkpoint FROM controllers WHERE hash = $1", [.text(hash)]
      ).first
      if let row { check(Data(try row.bytes(1)), of: try row.text(0), hash: hash) }
    }
  }

  private mutating func checkChains(_ connection: PostgresConnection) throws {
    var latest: Link?
    var (run, step): (Int64, Int64) = (0, -1)
    while true {
      let rows = try connection.query(
        """
        SELECT run, id, step, time, observation, learning_rate, scale, verdict, source, out_of_distribution, state, link \
        FROM decisions JOIN runs ON runs.key = decisions.run WHERE NOT runs.deleted AND (run, step) > ($1, $2) \
        ORDER BY run, step LIMIT $3
        """, [.integer(run), .integer(step), .integer(Self.page)])
      _ = try rows.map { row in
        (run, step) = (try row.integer(0), try row.integer(2))
        let columns = DecisionChain.Columns(
          step: Int(step), time: try row.integer(3), observation: try row.bytes(4),
          learningRate: try row.real(5),
          scale: try row.real(6), verdict: try row.text(7), source: try row.text(8),
          outOfDistribution: row.isNull(9) ? nil : try row.real(9), state: try row.bytes(10))
        check(columns, run: try row.text(1), Link(run: run, bytes: try row.bytes(11)), after: &latest)
      }
      guard rows.count > 0 else { return }
    }
  }
}
