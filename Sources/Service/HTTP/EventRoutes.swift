import Foundation
import HTTPTypes
import Hummingbird
import ServiceLifecycle

/// Streams of server-sent events.
struct EventRoutes: Sendable {
  let store: RunStore
  let hub: EventHub
  let access: AccessControl
  let metrics: ServiceMetrics

  /// What happens to all runs of a token: their new state, twice a second at most.
  func overview(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let changes = hub.overview(of: try access.admit(request, for: .read).readable)
    return EventStream(metrics: metrics).response { writer in
      for await change in changes.cancelOnGracefulShutdown() {
        switch change {
        case .heartbeat: try await writer.write(EventStream.heartbeat)
        case .changed(let runs):
          for (id, run) in runs.sorted(by: { $0.key < $1.key }) {
            if let run {
              try await writer.write(try EventStream.event("run", RunView(run: run)))
            } else {
              try await writer.write(try EventStream.event("deleted", ["id": id]))
            }
          }
        }
      }
    }
  }

  /// The decisions of one run: those stored already, then each as it is made.
  ///
  /// An event's id is the count of rewinds and the step, so that a client that comes back after a rewind is told
  /// to begin again.
  func events(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reach = try access.admit(request, for: .read).readable
    guard let id = context.parameters.get("id") else { throw ServiceError.unknownRun("") }
    // First the subscription, then the database: a decision may be in both, never in neither.
    let signals = hub.events(of: id)
    let run = try await store.run(id, of: reach)
    let start = Self.start(request, run)
    return EventStream(metrics: metrics).response { [store] writer in
      var position = start.step
      if start.isStale { try await writer.write(try EventStream.event("rewound", ["rewinds": run.rewinds])) }
      while true {
        let decisions = try await store.decisions(run, after: position, limit: 500)
        guard let last = decisions.last else { break }
        for decision in decisions { try await writer.write(try Self.event(decision, rewinds: run.rewinds)) }
        position = last.step
      }
      try await writer.write(try EventStream.event("run", RunView(run: run)))
      var told = RunFollower(
        store: store, id: id, reach: reach, position: position, rewinds: run.rewinds, status: run.status)
      for await signal in signals.cancelOnGracefulShutdown() {
        guard case .event(let event) = signal else {
          try await writer.write(EventStream.heartbeat)
          // News of other instances may be lost.
          if store.isShared, try await !told.catchUp({ try await writer.write($0) }) { return }
          continue
        }
        // What was committed before the database was read is known already.
        if event.run.rewinds < told.rewinds { continue }
        switch event.change {
        case .decided(let decision):
          // Of a run that another instance decides for too, decisions may be missing in between.
          if store.isShared {
            guard try await told.catchUp({ try await writer.write($0) }) else { return }
            continue
          }
          guard event.run.rewinds > told.rewinds || decision.step > told.position else { continue }
          told.position = decision.step
          try await writer.write(try Self.event(decision, rewinds: event.run.rewinds))
        case .rewound:
          guard event.run.rewinds > told.rewinds else { continue }
          told.rewinds = event.run.rewinds
          told.position = event.run.last?.step ?? -1
          try await writer.write(
            try EventStream.event("rewound", ["rewinds": told.rewinds, "step": told.position]))
        case .deleted:
          try await writer.write(try EventStream.event("deleted", ["id": event.run.id]))
          return
        case .elsewhere:
          guard try await told.catchUp({ try await writer.write($0) }) else { return }
          continue
        case .opened, .finished, .abandoned: break
        }
        told.status = event.run.status
        if event.run.status != .open {
          try await writer.write(try EventStream.event("run", RunView(run: event.run)))
        }
      }
    }
  }

  /// Where a client that comes back left off.
  private static func start(_ request: Request, _ run: Run) -> (step: Int, isStale: Bool) {
    guard let name = HTTPField.Name("Last-Event-ID"), let text = request.headers[name] else {
      return (-1, false)
    }
    let parts = text.split(separator: ".").compactMap { Int($0) }
    guard parts.count == 2 else { return (-1, false) }
    return parts[0] == run.rewinds ? (parts[1], false) : (-1, true)
  }

  static func event(_ decision: StoredDecision, rewinds: Int) throws -> ByteBuffer {
    try EventStream.event("decision", ScheduleRow(decision: decision), id: "\(rewinds).\(decision.step)")
  }
}
