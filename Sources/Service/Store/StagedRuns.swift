import Foundation
import GRDB
import MetaLR

/// Runs in memory: those that the last commit left, and what the open transaction makes of them.
struct StagedRuns {
  private var committed: [String: Run] = [:]
  private var staged: [String: Run?] = [:]
  private var events: [RunEvent] = []
  private var controllers: [String: Controller] = [:]

  /// Runs kept in memory; past that all are dropped and read again as they are needed.
  private static let capacity = 50_000

  /// The run as the open transaction sees it.
  ///
  /// - Throws: ``ServiceError`` when there is none, or it belongs to another owner.
  mutating func run(_ id: String, of owner: String, _ database: Database) throws -> Run {
    let run: Run?
    if let known = staged[id] {
      run = known
    } else if let known = committed[id] {
      run = known
    } else {
      run = try RunQueries.run(id, database)
      if let run {
        if committed.count >= Self.capacity { committed = [:] }
        committed[id] = run
      }
    }
    guard let run, run.owner == owner else { throw ServiceError.unknownRun(id) }
    return run
  }

  /// What decides for a run; from the checkpoint in the database, so that a file that was changed or deleted since
  /// the run began makes no difference.
  mutating func controller(of run: Run, _ database: Database) throws -> GuardedController {
    if let known = controllers[run.controllerHash] { return run.rules.guarding(known) }
    guard let data = try RunQueries.checkpoint(run.controllerHash, database),
      let checkpoint = try? Checkpoint(decoding: data, path: run.request.controller)
    else { throw ServiceError.lostController(run) }
    controllers[run.controllerHash] = checkpoint.controller
    return run.rules.guarding(checkpoint.controller)
  }

  /// The run as it will be after the commit; nil for a run that will be gone.
  mutating func stage(_ run: Run?, id: String, event: RunEvent) {
    staged[id] = .some(run)
    events.append(event)
  }

  /// Takes over what was staged.
  ///
  /// - Returns: What happened, in order.
  mutating func commit() -> [RunEvent] {
    for (id, run) in staged { committed[id] = run }
    defer { discard() }
    return events
  }

  /// How many changes are staged.
  var count: Int { events.count }

  /// Forgets all runs, so that they are read from the database again.
  mutating func forget() {
    discard()
    committed = [:]
  }

  /// Forgets what was staged.
  mutating func discard() {
    staged.removeAll(keepingCapacity: true)
    events.removeAll(keepingCapacity: true)
  }
}
