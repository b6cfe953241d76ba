import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// One request for the next slice of a file, written to the part as it arrives.
///
/// URLSession reads on while the disk is busy, and keeps what it has read: a slice bounds the memory that takes.
final class Transfer: NSObject, URLSessionDataDelegate, Sendable {
  /// How a request ended.
  enum Outcome: Sendable {
    /// The server sent all it announced.
    case complete
    /// The connection failed on the way; a new attempt may help.
    case interrupted(String)
    /// The server will not give the file, or gives another.
    case refused(String)
    /// The bytes could not be written.
    case unwritable(DatasetError)
    /// The caller's task was cancelled.
    case cancelled
  }

  private struct State {
    /// Known before the request has ended: why the rest is not wanted.
    var outcome: Outcome?
    var continuation: CheckedContinuation<Outcome, Never>?
    var received: Int
    var reported: Int
  }

  private static let reportInterval = 1 << 18
  private static let idleSeconds: TimeInterval = 30

  private let part: PartFile
  private let limit: Int
  private let progress: @Sendable (Int) -> Void
  private let state: Mutex<State>

  /// Asks for at most `slice` bytes of what `part` lacks of `limit`, and returns when the request has ended.
  static func run(
    url: URL, into part: PartFile, limit: Int, slice: Int, progress: @escaping @Sendable (Int) -> Void
  ) async -> Outcome {
    let transfer = Transfer(part: part, limit: limit, progress: progress)
    var request = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
    // The bytes of the file itself are wanted, not of a compressed transfer of it.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    let start = part.size
    if start > 0 || limit > slice {
      let end = limit - start > slice ? "\(start + slice - 1)" : ""
      request.setValue("bytes=\(start)-\(end)", forHTTPHeaderField: "Range")
    }
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = idleSeconds
    let session = URLSession(configuration: configuration, delegate: transfer, delegateQueue: nil)
    defer { session.finishTasksAndInvalidate() }
    let task = session.dataTask(with: request)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        transfer.state.withLock { $0.continuation = continuation }
        task.resume()
      }
    } onCancel: {
      transfer.decide(.cancelled)
      task.cancel()
    }
  }

  private init(part: PartFile, limit: Int, progress: @escaping @Sendable (Int) -> Void) {
    self.part = part
    self.limit = limit
    self.progress = progress
    state = Mutex(State(received: part.size, reported: part.size))
  }

  /// The first reason counts: the cancellation that follows it is none.
  private func decide(_ outcome: Outcome) {
    state.withLock { $0.outcome = $0.outcome ?? outcome }
  }

  /// Takes the part that the server sends, or refuses it.
  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    let outcome = accept(response)
    if let outcome { decide(outcome) }
    completionHandler(outcome == nil ? .allow : .cancel)
  }

  private func accept(_ response: URLResponse) -> Outcome? {
    guard let answer = response as? HTTPURLResponse else { return .refused("was not answered over HTTP") }
    do throws(DatasetError) {
      switch answer.statusCode {
      case 200:
        let announced = answer.expectedContentLength
        guard announced < 0 || announced == Int64(limit) else {
          return .refused("offers \(announced) bytes, where the publisher's file has \(limit)")
        }
        // The server sends everything, whatever was asked for.
        try part.empty()
        state.withLock { ($0.received, $0.reported) = (0, 0) }
        return nil
      case 206:
        let range = answer.value(forHTTPHeaderField: "Content-Range") ?? ""
        if range.hasPrefix("bytes \(part.size)-") { return nil }
        try part.empty()
        return .interrupted("was answered with another part of the file ('\(range)')")
      case 416:
        try part.empty()
        return .refused("cannot go on where it stopped: the server's file is shorter")
      case 408, 429, 500...599: return .interrupted("was answered with HTTP status \(answer.statusCode)")
      default: return .refused("was answered with HTTP status \(answer.statusCode)")
      }
    } catch {
      return .unwritable(error)
    }
  }

  /// Writes what has arrived.
  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    guard state.withLock({ $0.outcome == nil }) else { return }
    let (received, isDue) = state.withLock { state in
      state.received += data.count
      let isDue = state.received - state.reported >= Self.reportInterval
      if isDue { state.reported = state.received }
      return (state.received, isDue)
    }
    guard received <= limit else {
      try? part.empty()
      decide(.refused("brings more than the \(limit) bytes that the publisher's file has"))
      return dataTask.cancel()
    }
    do throws(DatasetError) {
      try part.append(data)
      if isDue { progress(received) }
    } catch {
      decide(.unwritable(error))
      dataTask.cancel()
    }
  }

  /// Tells the caller how it ended.
  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    if let error { decide(.interrupted("was interrupted (\(error.localizedDescription))")) }
    let (continuation, outcome) = state.withLock { state in
      let continuation = state.continuation
      state.continuation = nil
      return (continuation, state.outcome ?? .complete)
    }
    continuation?.resume(returning: outcome)
  }
}
