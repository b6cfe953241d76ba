import Hummingbird

/// What a stream of one run has told, so that the rest can be read from the database: what another instance did.
struct RunFollower: Sendable {
  let store: RunStore
  let id: String
  let reach: Reach
  /// The step of the latest decision that was told.
  var position: Int
  var rewinds: Int
  var status: RunStatus

  /// Tells what is in the database and was not told.
  ///
  /// - Returns: Whether the run is still there; true where the database cannot be asked now.
  mutating func catchUp(_ write: (ByteBuffer) async throws -> Void) async throws -> Bool {
    do {
      let run = try await store.run(id, of: reach)
      if run.rewinds > rewinds {
        rewinds = run.rewinds
        position = -1
        try await write(try EventStream.event("rewound", ["rewinds": rewinds]))
      }
      while true {
        let decisions = try await store.decisions(run, after: position, limit: 500)
        guard let last = decisions.last else { break }
        for decision in decisions { try await write(try EventRoutes.event(decision, rewinds: rewinds)) }
        position = last.step
      }
      if run.status != status {
        status = run.status
        try await write(try EventStream.event("run", RunView(run: run)))
      }
      return true
    } catch let error as ServiceError {
      guard error.status == 404 else { return true }
      try await write(try EventStream.event("deleted", ["id": id]))
      return false
    }
  }
}
