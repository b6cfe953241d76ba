import Foundation
import NIOConcurrencyHelpers
import ServiceLifecycle

/// Passes on what commits changed to those who watch a run, or all runs within reach.
final class EventHub: ServiceLifecycle.Service {
  /// What a watcher of one run hears.
  enum Signal: Sendable {
    case event(RunEvent)
    case heartbeat
  }

  /// What a watcher of all runs hears: the runs that changed since it last heard; nil for a run that is gone.
  enum Overview: Sendable {
    case changed([String: Run?])
    case heartbeat
  }

  private struct Overviewer {
    let reach: Reach
    let continuation: AsyncStream<Overview>.Continuation
    var changed: [String: Run?] = [:]
  }

  private struct State {
    var next = 0
    var watchers: [String: [Int: AsyncStream<Signal>.Continuation]] = [:]
    var overviewers: [Int: Overviewer] = [:]
  }

  private let state = NIOLockedValueBox(State())

  /// Events that a slow watcher may be behind; one that is further behind is cut off, and reads the rest from the
  /// database when it comes back.
  private static let backlog = 256
  private static let overviewPause = Duration.milliseconds(500)
  /// In pauses: 15 seconds, well within the idle limits of proxies.
  private static let heartbeatPauses = 30

  /// Passes on what a commit changed.
  func publish(_ events: [RunEvent]) {
    // Ended outside the lock, which ending takes.
    let cutOff = state.withLockedValue { state in
      var cutOff: [AsyncStream<Signal>.Continuation] = []
      for event in events {
        let run = event.run
        let summary: Run? = if case .deleted = event.change { nil } else { run }
        for (number, overviewer) in state.overviewers where overviewer.reach.includes(run.owner) {
          state.overviewers[number]?.changed[run.id] = .some(summary)
        }
        for (number, watcher) in state.watchers[run.id] ?? [:] {
          if case .dropped = watcher.yield(.event(event)) {
            state.watchers[run.id]?[number] = nil
            cutOff.append(watcher)
          }
        }
      }
      return cutOff
    }
    for watcher in cutOff { watcher.finish() }
  }

  /// Whether anybody watches a run of an owner.
  func isWatched(_ run: String, of owner: String) -> Bool {
    state.withLockedValue { state in
      state.watchers[run] != nil || state.overviewers.values.contains { $0.reach.includes(owner) }
    }
  }

  /// Tells that a run is gone which another instance deleted.
  func remove(_ run: String, of owner: String) {
    let watchers = state.withLockedValue { state in
      for (number, overviewer) in state.overviewers where overviewer.reach.includes(owner) {
        state.overviewers[number]?.changed[run] = .some(nil)
      }
      return state.watchers.removeValue(forKey: run) ?? [:]
    }
    for watcher in watchers.values { watcher.finish() }
  }

  /// Ends every stream: who watches comes back, and reads what it missed from the database.
  func cutOff() {
    let (watchers, overviewers) = state.withLockedValue { state in
      defer {
        state.watchers = [:]
        state.overviewers = [:]
      }
      return (state.watchers.values.flatMap(\.values), state.overviewers.values.map(\.continuation))
    }
    for watcher in watchers { watcher.finish() }
    for overviewer in overviewers { overviewer.finish() }
  }

  /// What happens to a run from now on.
  func events(of run: String) -> AsyncStream<Signal> {
    let (stream, watcher) = AsyncStream.makeStream(
      of: Signal.self, bufferingPolicy: .bufferingOldest(Self.backlog))
    let number = state.withLockedValue { state in
      state.next += 1
      state.watchers[run, default: [:]][state.next] = watcher
      return state.next
    }
    watcher.onTermination = { [weak self] _ in self?.remove(number, run: run) }
    return stream
  }

  /// What happens to the runs within reach from now on.
  func overview(of reach: Reach) -> AsyncStream<Overview> {
    let (stream, watcher) = AsyncStream.makeStream(of: Overview.self, bufferingPolicy: .bufferingOldest(8))
    let number = state.withLockedValue { state in
      state.next += 1
      state.overviewers[state.next] = Overviewer(reach: reach, continuation: watcher)
      return state.next
    }
    watcher.onTermination = { [weak self] _ in self?.state.withLockedValue { $0.overviewers[number] = nil } }
    return stream
  }

  /// Tells the watchers of all runs twice a second, and everybody now and then that the service is there.
  func run() async throws {
    await cancelWhenGracefulShutdown {
      var pauses = 0
      while (try? await Task.sleep(for: Self.overviewPause)) != nil {
        pauses += 1
        self.tellOverviews()
        if pauses.isMultiple(of: Self.heartbeatPauses) { self.beat() }
      }
    }
  }

  private func tellOverviews() {
    let cutOff = state.withLockedValue { state in
      var cutOff: [AsyncStream<Overview>.Continuation] = []
      for (number, overviewer) in state.overviewers where !overviewer.changed.isEmpty {
        state.overviewers[number]?.changed = [:]
        if case .dropped = overviewer.continuation.yield(.changed(overviewer.changed)) {
          state.overviewers[number] = nil
          cutOff.append(overviewer.continuation)
        }
      }
      return cutOff
    }
    for watcher in cutOff { watcher.finish() }
  }

  private func beat() {
    state.withLockedValue { state in
      for watchers in state.watchers.values {
        for watcher in watchers.values { watcher.yield(.heartbeat) }
      }
      for overviewer in state.overviewers.values { overviewer.continuation.yield(.heartbeat) }
    }
  }

  private func remove(_ number: Int, run: String) {
    state.withLockedValue { state in
      state.watchers[run]?[number] = nil
      if state.watchers[run]?.isEmpty == true { state.watchers[run] = nil }
    }
  }
}
