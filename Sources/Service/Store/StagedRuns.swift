import Foundation
import MetaLR

/// Runs in memory: those that the last commit left, and what the open transaction makes of them.
struct StagedRuns {
  private var recent: [String: Run] = [:]
  private var older: [String: Run] = [:]
  private var staged: [String: Run?] = [:]
  private var events: [RunEvent] = []
  private var changes = 0
  private var controllers: [String: Controller] = [:]

  /// Runs of one generation: twice as many are kept in memory, about 2 KB each, and those that were not asked for while
  /// as many others were are read again when they are.
  static let generation = 8000
  /// Controllers kept in memory.
  private static let mostControllers = 64

  /// The run as the open transaction sees it.
  ///
  /// - Throws: ``ServiceError`` when there is none, or it is out of reach.
  mutating func run(_ id: String, of reach: Reach, _ transaction: any RunTransaction) throws -> Run {
    let run: Run?
    if let known = staged[id] {
      run = known
    } else if let known = recent[id] {
      run = known
    } else {
      run = try older[id] ?? transaction.run(id)
      if let run { keep(run, id) }
    }
    guard let run, reach.includes(run.owner) else { throw ServiceError.unknownRun(id) }
    return run
  }

  private mutating func keep(_ run: Run, _ id: String) {
    if recent.count >= Self.generation, recent[id] == nil {
      older = recent
      recent = [:]
    }
    recent[id] = run
  }

  /// Runs in memory.
  var cached: Int { recent.count + older.count }

  /// What decides for a run; from the checkpoint in the database, so that a file that was changed or deleted since
  /// the run began makes no difference.
  mutating func controller(of run: Run, _ transaction: any RunTransaction) throws -> GuardedController {
    if let known = controllers[run.controllerHash] { return run.rules.guarding(known) }
    guard let data = try transaction.checkpoint(run.controllerHash),
      let checkpoint = try? Checkpoint(decoding: data, path: run.request.controller)
    else { throw ServiceError.lostController(run) }
    if controllers.count >= Self.mostControllers { controllers = [:] }
    controllers[run.controllerHash] = checkpoint.controller
    return run.rules.guarding(checkpoint.controller)
  }

  /// The run as it will be after the commit; nil for a run that will be gone.
  mutating func stage(_ run: Run?, id: String, event: RunEvent? = nil) {
    staged[id] = .some(run)
    changes += 1
    if let event { events.append(event) }
  }

  /// Counts a change that is not of a run.
  mutating func countChange() { changes += 1 }

  /// Takes over what was staged.
  ///
  /// - Returns: What happened, in order.
  mutating func commit() -> [RunEvent] {
    for (id, run) in staged {
      if let run {
        keep(run, id)
      } else {
        recent[id] = nil
        older[id] = nil
      }
    }
    defer { discard() }
    return events
  }

  /// How many changes are staged.
  var count: Int { changes }

  /// Forgets all runs, so that they are read from the database again.
  mutating func forget() {
    discard()
    recent = [:]
    older = [:]
  }

  /// Forgets what was staged.
  mutating func discard() {
    staged.removeAll(keepingCapacity: true)
    events.removeAll(keepingCapacity: true)
    changes = 0
  }
}
