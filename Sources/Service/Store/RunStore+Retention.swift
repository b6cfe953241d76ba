/// What the ``Housekeeper`` does to the store.
extension RunStore {
  /// Runs that one transaction ends.
  private static let batch = 200

  /// Abandons open runs without a sign of life since a time, in milliseconds since 1970.
  ///
  /// - Returns: How many.
  func abandon(silentSince time: Int64) async throws(ServiceError) -> Int {
    try await end({ try $0.silent(since: time, limit: Self.batch) }) {
      run, transaction, staged in
      guard run.status == .open, run.seen < time else { return false }
      var run = run
      run.status = .abandoned
      try transaction.update(run)
      staged.stage(run, id: run.id, event: RunEvent(change: .abandoned, run: run))
      return true
    }
  }

  /// Deletes runs that are not open and were last heard of before a time.
  ///
  /// - Returns: How many.
  func expire(endedBefore time: Int64) async throws(ServiceError) -> Int {
    try await end({ try $0.ended(before: time, limit: Self.batch) }) {
      run, transaction, staged in
      guard run.status != .open, run.seen < time else { return false }
      try transaction.hide(run)
      staged.stage(nil, id: run.id, event: RunEvent(change: .deleted, run: run))
      return true
    }
  }

  /// Deletes a slice of what deleted runs left.
  ///
  /// - Returns: Whether there may be more.
  func sweep() async throws(ServiceError) -> Bool {
    guard try await read({ try $0.hasHidden() }) else { return false }
    return try await write { transaction, _ in
      try transaction.claimHousekeeping() && transaction.sweep()
    }
  }

  /// Gives a slice of free pages back to the file system.
  ///
  /// - Returns: Whether there may be more.
  func shrink() async throws(ServiceError) -> Bool {
    guard try await read({ try $0.hasFreePages() }) else { return false }
    return try await write { transaction, _ in try transaction.shrink() }
  }

  /// Ends the runs that a query finds, batch by batch, and looks at each again where it is written.
  private func end(
    _ find: @escaping @Sendable (any RunTransaction) throws -> [(id: String, owner: String)],
    _ change: @escaping @Sendable (Run, any RunTransaction, inout StagedRuns) throws -> Bool
  ) async throws(ServiceError) -> Int {
    var total = 0
    while true {
      let found = try await read(find)
      guard !found.isEmpty else { return total }
      let ended = try await write(RunLocks(runs: Set(found.map(\.id)))) { transaction, staged in
        guard try transaction.claimHousekeeping() else { return 0 }
        var ended = 0
        for (id, owner) in found {
          do {
            let run = try staged.run(id, of: .owner(owner), transaction)
            if try change(run, transaction, &staged) { ended += 1 }
          } catch let error as ServiceError where error.status == 404 {
            // Deleted since it was found.
          }
        }
        return ended
      }
      total += ended
      // Those that were found and not ended would be found again.
      guard found.count == Self.batch, ended > 0 else { return total }
    }
  }
}
