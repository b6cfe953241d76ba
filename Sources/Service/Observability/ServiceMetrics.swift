import Metrics
import NIOConcurrencyHelpers

/// What the writer of the database counts.
struct StoreMetrics: Sendable {
  private let commits: Counter
  private let requests: Counter
  private let failures: Counter
  private let duration: Timer

  init(_ factory: any MetricsFactory) {
    commits = Counter(label: "metalr_commits_total", factory: factory)
    requests = Counter(label: "metalr_committed_requests_total", factory: factory)
    failures = Counter(label: "metalr_commit_failures_total", factory: factory)
    duration = Timer(label: "metalr_commit_duration_seconds", factory: factory)
  }

  func committed(_ count: Int, nanoseconds: UInt64) {
    commits.increment()
    requests.increment(by: count)
    duration.recordNanoseconds(Int64(nanoseconds))
  }

  func failed() { failures.increment() }
}

/// What the rest of the service counts.
struct ServiceMetrics: Sendable {
  private let requests: RequestCounters
  /// Connections that are open now.
  let connections: Meter
  /// Connections that were refused because too many were open.
  let refusedConnections: Counter
  /// Lines that could not be written to the audit log.
  let auditFailures: Counter
  /// Streams of events that are open now.
  let streams: Meter
  private let verdicts: [String: Counter]
  private let otherSources: Counter
  private let runs: [String: Counter]

  init(_ factory: any MetricsFactory) {
    requests = RequestCounters(factory)
    connections = Meter(label: "metalr_open_connections", factory: factory)
    refusedConnections = Counter(label: "metalr_refused_connections_total", factory: factory)
    auditFailures = Counter(label: "metalr_audit_failures_total", factory: factory)
    streams = Meter(label: "metalr_event_streams", factory: factory)
    verdicts = Dictionary(
      uniqueKeysWithValues: ["continue", "rollback", "stop", "complete"].map { verdict in
        let counter = Counter(
          label: "metalr_decisions_total", dimensions: [("verdict", verdict)], factory: factory)
        return (verdict, counter)
      })
    otherSources = Counter(label: "metalr_fallback_decisions_total", factory: factory)
    runs = Dictionary(
      uniqueKeysWithValues: ["opened", "finished", "abandoned", "rewound", "deleted"].map { change in
        (change, Counter(label: "metalr_runs_total", dimensions: [("change", change)], factory: factory))
      })
  }

  /// Counts a request that was answered.
  func answered(_ endpoint: String, status: Int, nanoseconds: UInt64) {
    requests.counter(endpoint, status).increment()
    requests.timer(endpoint).recordNanoseconds(Int64(nanoseconds))
  }

  /// Counts what a commit changed.
  func happened(_ event: RunEvent) {
    switch event.change {
    case .opened: runs["opened"]?.increment()
    case .decided(let decision):
      verdicts[decision.answer.verdict.rawValue]?.increment()
      if decision.answer.source.hasPrefix("fallback") { otherSources.increment() }
    case .rewound: runs["rewound"]?.increment()
    case .finished: runs["finished"]?.increment()
    case .abandoned: runs["abandoned"]?.increment()
    case .deleted: runs["deleted"]?.increment()
    // Counted by the instance that did it.
    case .elsewhere: break
    }
  }
}

/// A counter for each endpoint and status, and a timer for each endpoint, made once: making one costs more than the rest of the counting.
private final class RequestCounters: Sendable {
  private struct Key: Hashable {
    let endpoint: String
    let status: Int
  }

  private let factory: any MetricsFactory
  private let counters = NIOLockedValueBox<[Key: Counter]>([:])
  private let timers = NIOLockedValueBox<[String: Timer]>([:])

  init(_ factory: any MetricsFactory) {
    self.factory = factory
  }

  func timer(_ endpoint: String) -> Timer {
    timers.withLockedValue { timers in
      if let known = timers[endpoint] { return known }
      let made = Timer(
        label: "metalr_request_duration_seconds", dimensions: [("endpoint", endpoint)], factory: factory)
      timers[endpoint] = made
      return made
    }
  }

  func counter(_ endpoint: String, _ status: Int) -> Counter {
    counters.withLockedValue { counters in
      let key = Key(endpoint: endpoint, status: status)
      if let known = counters[key] { return known }
      let made = Counter(
        label: "metalr_requests_total", dimensions: [("endpoint", endpoint), ("status", "\(status)")],
        factory: factory)
      counters[key] = made
      return made
    }
  }
}
