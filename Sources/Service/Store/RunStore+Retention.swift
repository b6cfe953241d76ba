import GRDB

/// What the ``Housekeeper`` does to the store.
extension RunStore {
  /// Runs that one transaction ends.
  private static let batch = 200

  /// Abandons open runs without a sign of life since a time, in milliseconds since 1970.
  ///
  /// - Returns: How many.
  func abandon(silentSince time: Int64) async throws(ServiceError) -> Int {
    try await end({ try RetentionQueries.silent(since: time, limit: Self.batch, $0) }) {
      run, database, staged in
      guard run.status == .open, run.seen < time else { return false }
      var run = run
      run.status = .abandoned
      try RunQueries.update(run, database)
      staged.stage(run, id: run.id, event: RunEvent(change: .abandoned, run: run))
      return true
    }
  }

  /// Deletes runs that are not open and were last heard of before a time.
  ///
  /// - Returns: How many.
  func expire(endedBefore time: Int64) async throws(ServiceError) -> Int {
    try await end({ try RetentionQueries.ended(before: time, limit: Self.batch, $0) }) {
      run, database, staged in
      guard run.status != .open, run.seen < time else { return false }
      try RetentionQueries.hide(run, database)
      staged.stage(nil, id: run.id, event: RunEvent(change: .deleted, run: run))
      return true
    }
  }

  /// Deletes a slice of what deleted runs left.
  ///
  /// - Returns: Whether there may be more.
  func sweep() async throws(ServiceError) -> Bool {
    guard
      try await read({
        try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM runs WHERE deleted = 1)") ?? false
      })
    else { return false }
    return try await write { database, _ in try RetentionQueries.sweep(database) }
  }

  /// Gives a slice of free pages back to the file system.
  ///
  /// - Returns: Whether there may be more.
  func shrink() async throws(ServiceError) -> Bool {
    guard try await read({ try Int.fetchOne($0, sql: "PRAGMA freelist_count") ?? 0 }) > 0 else {
      return false
    }
    return try await write { database, _ in try RetentionQueries.shrink(database) }
  }

  /// Ends the runs that a query finds, batch by batch, and looks at each again where it is written.
  private func end(
    _ find: @escaping @Sendable (Database) throws -> [(id: String, owner: String)],
    _ change: @escaping @Sendable (Run, Database, inout StagedRuns) throws -> Bool
  ) async throws(ServiceError) -> Int {
    var total = 0
    while true {
      let found = try await read(find)
      let ended = try await write { database, staged in
        try found.filter {
          try change(try staged.run($0.id, of: .owner($0.owner), database), database, &staged)
        }
        .count
      }
      total += ended
      // Those that were found and not ended would be found again.
      guard found.count == Self.batch, ended > 0 else { return total }
    }
  }
}
