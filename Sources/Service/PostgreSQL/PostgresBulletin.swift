import Foundation
import NIOConcurrencyHelpers

/// Tells other instances which runs were changed here, and hears which were changed there, by NOTIFY and LISTEN.
///
/// This is for those who watch: nothing is decided by it, and what is lost here is read from the database later. It is
/// sent four times a second, and after the commit: within it, NOTIFY would let the instances commit one by one.
final class PostgresBulletin: @unchecked Sendable {
  // Unchecked: `connection` is the thread's own.

  /// What other instances did.
  enum News: Sendable {
    case changed([String: Change])
    /// The connection was lost, and news with it.
    case interrupted
  }

  /// What another instance did to a run.
  struct Change: Sendable {
    let owner: String
    let isDeleted: Bool
  }

  private struct State {
    var outgoing: [String: Change] = [:]
    var isClosed = false
  }

  /// What other instances did; for one reader.
  let news: AsyncStream<News>
  private let continuation: AsyncStream<News>.Continuation
  private let connection: PostgresConnection
  private let state = NIOLockedValueBox(State())
  private let hasEnded = DispatchSemaphore(value: 0)

  private static let channel = "metalr_runs"
  private static let pause: CInt = 250
  /// PostgreSQL's limit is 8000 bytes.
  private static let largestPayload = 7500
  private static let pauseWithoutServer: TimeInterval = 1
  /// How long an end may take: the last news are worth no more.
  private static let patienceAtEnd: TimeInterval = 1

  init(_ library: LibPQ, _ address: PostgresAddress) {
    connection = PostgresConnection(library, address)
    // Who reads slowly is told of an interruption by what is missing: at most the newest batches are kept.
    (news, continuation) = AsyncStream.makeStream(of: News.self, bufferingPolicy: .bufferingNewest(64))
    let thread = Thread { [weak self, hasEnded] in
      while self?.work() == true {}
      hasEnded.signal()
    }
    thread.name = "database bulletin"
    thread.start()
  }

  /// Has the changes told.
  func post(_ events: [RunEvent]) {
    state.withLockedValue { state in
      for event in events {
        let isDeleted = if case .deleted = event.change { true } else { false }
        state.outgoing[event.run.id] = Change(owner: event.run.owner, isDeleted: isDeleted)
      }
    }
  }

  /// Sends what is to be sent, and ends the thread.
  func close() {
    state.withLockedValue { $0.isClosed = true }
    continuation.finish()
    _ = hasEnded.wait(timeout: .now() + Self.patienceAtEnd)
  }

  /// Sends and receives until the connection is lost.
  ///
  /// - Returns: Whether to go on.
  private func work() -> Bool {
    do {
      try connection.command("LISTEN \(Self.channel)")
      continuation.yield(.interrupted)
      let (socket, own) = try connection.identity()
      while !state.withLockedValue({ $0.isClosed }) {
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        let begun = Date.timeIntervalSinceReferenceDate
        _ = poll(&descriptor, 1, Self.pause)
        try send()
        try receive(without: own)
        // A busy channel is read as seldom as a quiet one.
        let left = Double(Self.pause) / 1000 - (Date.timeIntervalSinceReferenceDate - begun)
        if left > 0 { Thread.sleep(forTimeInterval: left) }
      }
      try send()
    } catch {
      connection.close()
      Thread.sleep(forTimeInterval: Self.pauseWithoutServer)
    }
    let isClosed = state.withLockedValue { $0.isClosed }
    if isClosed { connection.close() }
    return !isClosed
  }

  private func send() throws {
    let changes = state.withLockedValue { state in
      defer { state.outgoing = [:] }
      return state.outgoing
    }
    var payload = ""
    for (id, change) in changes {
      let line = "\(id) \(change.isDeleted ? "-" : "+") \(change.owner)\n"
      if payload.utf8.count + line.utf8.count > Self.largestPayload {
        try notify(payload)
        payload = ""
      }
      payload += line
    }
    if !payload.isEmpty { try notify(payload) }
  }

  private func notify(_ payload: String) throws {
    try connection.query("SELECT pg_notify('\(Self.channel)', $1)", [.text(payload)])
  }

  private func receive(without own: CInt) throws {
    var changes: [String: Change] = [:]
    for (backend, payload) in try connection.notifications() where backend != own {
      for line in payload.split(separator: "\n") {
        let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(
          String.init)
        guard words.count == 3 else { continue }
        changes[words[0]] = Change(owner: words[2], isDeleted: words[1] == "-")
      }
    }
    if !changes.isEmpty { continuation.yield(.changed(changes)) }
  }
}
