import GRDB

extension RunTransaction {
  /// Where trainings are kept; nil in PostgreSQL, which has none.
  fileprivate var trainings: Database? { (self as? SQLiteTransaction)?.database }
}

/// Trainings, in the same database and by the same writer as runs. They are kept in SQLite alone: the state that a
/// training is resumed from lies on the disk of its machine.
extension RunStore {
  /// Queues a training.
  ///
  /// - Parameters:
  ///   - request: What the client asked for, validated.
  ///   - owner: The name of its token.
  ///   - limit: Trainings of an owner that may wait or run.
  /// - Returns: The training, and whether it is new: the same request again is the same training.
  /// - Throws: ``ServiceError`` past the limit, or where another training makes a controller of that name.
  func queue(
    _ request: TrainingRequest, owner: String, limit: Int
  ) async throws(ServiceError) -> (training: Training, isNew: Bool) {
    let id = Self.newIdentifier()
    let now = clock()
    return try await write { transaction, staged in
      guard let database = transaction.trainings else { throw ServiceError.trainingsOff }
      if let known = try Self.training(making: request, owner: owner, database) { return (known, false) }
      guard try TrainingQueries.pending(of: owner, database) < limit else {
        throw ServiceError.tooManyTrainings(limit)
      }
      try TrainingQueries.insert(id: id, owner: owner, request, created: now, database)
      staged.countChange()
      return (try Self.training(id, of: .everybody, database), true)
    }
  }

  /// The training that this request queued before; nil for none.
  ///
  /// - Throws: ``ServiceError`` where another training makes a controller of that name.
  func training(making request: TrainingRequest, owner: String) async throws(ServiceError) -> Training? {
    try await read { transaction in
      try transaction.trainings.flatMap { try Self.training(making: request, owner: owner, $0) }
    }
  }

  private static func training(
    making request: TrainingRequest, owner: String, _ database: Database
  ) throws -> Training? {
    guard let known = try TrainingQueries.training(making: request.name, database) else { return nil }
    guard known.owner == owner, known.request == request else {
      throw ServiceError.trainingExists(request.name)
    }
    return known
  }

  /// One training.
  func training(_ id: String, of reach: Reach) async throws(ServiceError) -> Training {
    try await read { try Self.training(id, of: reach, $0.trainings) }
  }

  /// The trainings within reach, the newest first.
  func trainings(of reach: Reach, before: Int64?, limit: Int) async throws(ServiceError) -> [Training] {
    try await read { transaction in
      try transaction.trainings.map {
        try TrainingQueries.trainings(of: reach, before: before, limit: limit, $0)
      } ?? []
    }
  }

  /// Points of a training's curve after one, in order.
  func updates(
    _ training: Training, after number: Int, limit: Int
  ) async throws(ServiceError) -> [TrainingUpdate] {
    try await read { transaction in
      try transaction.trainings.map {
        try TrainingQueries.updates(training.key, after: number, limit: limit, $0)
      } ?? []
    }
  }

  /// Changes a training.
  ///
  /// - Parameters:
  ///   - id: The training.
  ///   - reach: Whose trainings may be changed.
  ///   - change: Makes of it what it shall be; one that it leaves alone is not written.
  /// - Returns: The training after the change.
  /// - Throws: ``ServiceError`` when there is none, and what `change` throws.
  @discardableResult
  func change(
    _ id: String, of reach: Reach = .everybody,
    _ change: @escaping @Sendable (inout Training) throws -> Void
  ) async throws(ServiceError) -> Training {
    try await write { transaction, staged in
      let database = transaction.trainings
      var training = try Self.training(id, of: reach, database)
      let before = training
      try change(&training)
      if training != before, let database {
        try TrainingQueries.update(training, database)
        staged.countChange()
      }
      return training
    }
  }

  /// Takes the training that has waited longest, which then runs; nil for none.
  func takeTraining() async throws(ServiceError) -> Training? {
    guard try await read({ try $0.trainings.flatMap(TrainingQueries.next) }) != nil else { return nil }
    let now = clock()
    return try await write { transaction, staged in
      guard let database = transaction.trainings, var training = try TrainingQueries.next(database) else {
        return nil
      }
      training.status = .running
      if training.started == 0 { training.started = now }
      try TrainingQueries.update(training, database)
      staged.countChange()
      return training
    }
  }

  /// Puts trainings that ran when the service ended back into the queue.
  func requeueTrainings() async throws(ServiceError) {
    try await write { transaction, _ in
      try transaction.trainings?.execute(
        sql: "UPDATE trainings SET status = 'queued' WHERE status = 'running'")
    }
  }

  /// Stores how far a training is.
  ///
  /// - Returns: Whether it is still to run.
  func record(
    _ updates: [TrainingUpdate], episodes: Int, of id: String
  ) async throws(ServiceError) -> Bool {
    try await write { transaction, staged in
      guard let database = transaction.trainings,
        var training = try TrainingQueries.training(id, database), training.status == .running
      else { return false }
      let before = training
      training.episodes = episodes
      // Only what no earlier worker had done shows that it gets on.
      let latest = try TrainingQueries.latestUpdate(training.key, database)
      if updates.contains(where: { $0.number > latest }) { training.attempts = 0 }
      for update in updates { try TrainingQueries.insert(update, of: training.key, database) }
      if training != before { try TrainingQueries.update(training, database) }
      staged.countChange()
      return true
    }
  }

  /// Deletes a training that is over.
  func deleteTraining(_ id: String, of reach: Reach) async throws(ServiceError) {
    try await write { transaction, staged in
      let database = transaction.trainings
      let training = try Self.training(id, of: reach, database)
      guard training.status.isOver else { throw ServiceError.trainingNotOver(training) }
      try database.map { try TrainingQueries.delete(training, $0) }
      staged.countChange()
    }
  }

  /// Deletes trainings that were over before a time.
  func expireTrainings(endedBefore time: Int64) async throws(ServiceError) {
    try await write { transaction, _ in
      try transaction.trainings.map { try TrainingQueries.deleteEnded(before: time, $0) }
    }
  }

  /// The ids of trainings that are not over.
  func pendingTrainings() async throws(ServiceError) -> [String] {
    try await read {
      try $0.trainings.map {
        try String.fetchAll($0, sql: "SELECT id FROM trainings WHERE status IN ('queued', 'running')")
      } ?? []
    }
  }

  /// How many trainings there are of each status.
  func trainingCounts() async throws(ServiceError) -> [String: Int] {
    try await read { transaction in
      guard let database = transaction.trainings else { return [:] }
      let rows = try Row.fetchAll(
        database, sql: "SELECT status, count(*) AS count FROM trainings GROUP BY status")
      return Dictionary(rows.map { ($0["status"], $0["count"]) }) { $1 }
    }
  }

  private static func training(_ id: String, of reach: Reach, _ database: Database?) throws -> Training {
    guard let training = try database.flatMap({ try TrainingQueries.training(id, $0) }),
      reach.includes(training.owner)
    else {
      throw ServiceError.unknownTraining(id)
    }
    return training
  }
}
