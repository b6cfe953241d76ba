import Foundation
import GRDB

/// Every statement about trainings.
enum TrainingQueries {
  private static let columns = """
    key, id, owner, request, status, created, started, ended, episodes, attempts, failure, controllerHash
    """

  static func training(_ id: String, _ database: Database) throws -> Training? {
    try Row.fetchOne(database, sql: "SELECT \(columns) FROM trainings WHERE id = ?", arguments: [id])
      .map(training)
  }

  /// The training that makes, or made, the controller of a name.
  static func training(making name: String, _ database: Database) throws -> Training? {
    try Row.fetchOne(
      database,
      sql: "SELECT \(columns) FROM trainings WHERE name = ? AND status IN ('queued', 'running', 'finished')",
      arguments: [name]
    ).map(training)
  }

  /// The trainings within reach, the newest first.
  static func trainings(
    of reach: Reach, before: Int64?, limit: Int, _ database: Database
  ) throws -> [Training] {
    var (conditions, arguments) = RunQueries.condition(on: reach)
    conditions.append("key < ?")
    arguments += [before ?? Int64.max, limit]
    return try Row.fetchAll(
      database,
      sql: """
        SELECT \(columns) FROM trainings WHERE \(conditions.joined(separator: " AND ")) \
        ORDER BY key DESC LIMIT ?
        """, arguments: arguments
    ).map(training)
  }

  /// The training that has waited longest.
  static func next(_ database: Database) throws -> Training? {
    try Row.fetchOne(
      database, sql: "SELECT \(columns) FROM trainings WHERE status = 'queued' ORDER BY key LIMIT 1"
    ).map(training)
  }

  /// Trainings of an owner that are not over.
  static func pending(of owner: String, _ database: Database) throws -> Int {
    try Int.fetchOne(
      database,
      sql: "SELECT count(*) FROM trainings WHERE owner = ? AND status IN ('queued', 'running')",
      arguments: [owner]) ?? 0
  }

  static func insert(
    id: String, owner: String, _ request: TrainingRequest, created: Int64, _ database: Database
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try database.execute(
      sql:
        "INSERT INTO trainings (id, owner, name, request, status, created) VALUES (?, ?, ?, ?, 'queued', ?)",
      arguments: [
        id, owner, request.name, String(decoding: encoder.encode(request), as: UTF8.self), created,
      ])
  }

  /// Stores what can change of a training's own row.
  static func update(_ training: Training, _ database: Database) throws {
    try database.execute(
      sql: """
        UPDATE trainings SET status = ?, started = ?, ended = ?, episodes = ?, attempts = ?, failure = ?, \
        controllerHash = ? WHERE key = ?
        """,
      arguments: [
        training.status.rawValue, training.started, training.ended, training.episodes, training.attempts,
        training.failure, training.controllerHash, training.key,
      ])
  }

  static func delete(_ training: Training, _ database: Database) throws {
    try database.execute(sql: "DELETE FROM trainings WHERE key = ?", arguments: [training.key])
  }

  /// Deletes trainings that were over before a time, in milliseconds since 1970; their controllers stay.
  static func deleteEnded(before time: Int64, _ database: Database) throws {
    try database.execute(
      sql: "DELETE FROM trainings WHERE status NOT IN ('queued', 'running') AND ended < ?", arguments: [time])
  }

  /// Stores a point of the curve; one that a resumed training makes again replaces its equal.
  static func insert(_ update: TrainingUpdate, of training: Int64, _ database: Database) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO trainingUpdates VALUES (?, ?, ?, ?, ?)",
      arguments: [training, update.number, update.episodes, update.meanReturn, update.divergedShare])
  }

  /// The number of the latest point of the curve; -1 for none.
  static func latestUpdate(_ training: Int64, _ database: Database) throws -> Int {
    try Int.fetchOne(
      database, sql: "SELECT max(number) FROM trainingUpdates WHERE training = ?", arguments: [training])
      ?? -1
  }

  /// Points of the curve after one, in order.
  static func updates(
    _ training: Int64, after number: Int, limit: Int, _ database: Database
  ) throws -> [TrainingUpdate] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT number, episodes, meanReturn, divergedShare FROM trainingUpdates \
        WHERE training = ? AND number > ? ORDER BY number LIMIT ?
        """, arguments: [training, number, limit]
    ).map { row in
      TrainingUpdate(
        number: row["number"], episodes: row["episodes"], meanReturn: row["meanReturn"] ?? .nan,
        divergedShare: row["divergedShare"])
    }
  }

  private static func training(_ row: Row) throws -> Training {
    let key: Int64 = row["key"]
    let request: String = row["request"]
    guard let status = TrainingStatus(rawValue: row["status"]),
      let request = try? JSONDecoder().decode(TrainingRequest.self, from: Data(request.utf8))
    else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "unreadable training \(key)") }
    return Training(
      key: key, id: row["id"], owner: row["owner"], request: request, status: status,
      created: row["created"], started: row["started"], ended: row["ended"], episodes: row["episodes"],
      attempts: row["attempts"], failure: row["failure"], controllerHash: row["controllerHash"])
  }
}
