import Foundation

/// Sends lines to a child process and waits for lines from it, while passing on what it writes to standard error.
///
/// One thread does all of it with `poll`: a child that writes without reading, or reads without writing, blocks
/// nobody, and no thread outlives a child that does neither.
final class LineExchange {
  /// Why no line came.
  enum Failure: Error {
    case ended(ChildProcess.Ending?)
    case outputClosed
    case timeLimit
    case tooLong(beginning: Data)
    case answeredEarly(line: Data)
  }

  private struct Pending {
    let bytes: Data
    var sent = 0
    var isSent: Bool { sent == bytes.count }
  }

  let child: ChildProcess
  let relay: ErrorRelay
  private var received = Data()
  private var scanned = 0
  private var chunk = [UInt8](repeating: 0, count: 1 << 16)

  init(child: ChildProcess, relay: ErrorRelay) {
    self.child = child
    self.relay = relay
  }

  /// Sends a line and returns the next one.
  ///
  /// - Parameters:
  ///   - request: The line, without its end.
  ///   - seconds: How long both may take.
  ///   - limit: Bytes that the answer may have.
  /// - Returns: The answer, without its end.
  /// - Throws: `Failure`; nothing can be exchanged afterwards.
  func exchange(_ request: Data, within seconds: Double, limit: Int) throws(Failure) -> Data {
    let clock = SuspendingClock()
    let deadline = clock.now + .seconds(seconds)
    var pending = Pending(bytes: request + [0x0A])
    relay.beginRequest()
    while true {
      if let line = try takeLine(limit) {
        guard pending.isSent else { throw .answeredEarly(line: line) }
        return line
      }
      let left = clock.now.duration(to: deadline)
      guard left > .zero else { throw .timeLimit }
      // A quarter of a second at most, since a process may end while its children keep the pipe open.
      let wait = Int32(min(250, left / .milliseconds(1) + 1))
      var descriptors = [
        pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: child.errors, events: Int16(POLLIN), revents: 0),
        pollfd(fd: pending.isSent ? -1 : child.input, events: Int16(POLLOUT), revents: 0),
      ]
      let ready = poll(&descriptors, 3, wait)
      if descriptors[1].revents != 0 { passOnErrors() }
      if descriptors[2].revents != 0 { send(&pending) }
      if descriptors[0].revents != 0 {
        guard readOutput() else {
          throw child.awaitEnding(1).map { .ended($0) } ?? .outputClosed
        }
      } else if ready == 0, let ending = child.checkEnding() {
        // A process that left its group may keep the pipe open for ever: what counts is whether more has come.
        let before = received.count
        if !readOutput() || received.count == before { throw .ended(ending) }
      }
    }
  }

  /// Passes on what is left on standard error, without waiting for more.
  func drainErrors() {
    // Bounded: a grandchild may go on writing.
    for _ in 0..<64 where child.errors >= 0 {
      guard passOnErrors() else { break }
    }
    relay.flush()
  }

  private func takeLine(_ limit: Int) throws(Failure) -> Data? {
    guard let end = received[(received.startIndex + scanned)...].firstIndex(of: 0x0A) else {
      scanned = received.count
      guard received.count <= limit else { throw .tooLong(beginning: received.prefix(400)) }
      return nil
    }
    let line = received[..<end]
    guard line.count <= limit else { throw .tooLong(beginning: line.prefix(400)) }
    received = Data(received[(end + 1)...])
    scanned = 0
    return Data(line)
  }

  /// Reads what is there; false when the output has ended.
  private func readOutput() -> Bool {
    let count = read(child.output, &chunk, chunk.count)
    if count > 0 { received.append(contentsOf: chunk[..<count]) }
    return count > 0 || count < 0 && (errno == EAGAIN || errno == EINTR)
  }

  @discardableResult
  private func passOnErrors() -> Bool {
    let count = read(child.errors, &chunk, chunk.count)
    if count > 0 {
      relay.add(chunk[..<count])
    } else if count == 0 || errno != EAGAIN && errno != EINTR {
      child.closeErrors()
    }
    return count > 0
  }

  /// Writes what the pipe takes; a process that no longer reads is noticed by its silence or its end.
  private func send(_ pending: inout Pending) {
    let count = pending.bytes.withUnsafeBytes { bytes in
      let rest = UnsafeRawBufferPointer(rebasing: bytes[pending.sent...])
      return withoutPipeSignal { write(child.input, rest.baseAddress, rest.count) }
    }
    if count > 0 {
      pending.sent += count
    } else if count < 0 && errno != EAGAIN && errno != EINTR {
      pending.sent = pending.bytes.count
      child.closeInput()
    }
  }

  /// Runs `body` so that writing to a closed pipe is an error instead of the end of this process.
  ///
  /// How the rest of the program treats the signal is its own affair, so only this thread blocks it, and takes
  /// back what the write raised.
  private func withoutPipeSignal(_ body: () -> Int) -> Int {
    #if canImport(Darwin)
      return body()
    #else
      var (pipeSignal, before, waiting) = (sigset_t(), sigset_t(), sigset_t())
      sigemptyset(&pipeSignal)
      sigaddset(&pipeSignal, SIGPIPE)
      sigpending(&waiting)
      let wasWaiting = sigismember(&waiting, SIGPIPE) == 1
      pthread_sigmask(SIG_BLOCK, &pipeSignal, &before)
      let count = body()
      let code = errno
      if count < 0 && code == EPIPE && !wasWaiting {
        var moment = timespec()
        while sigtimedwait(&pipeSignal, nil, &moment) < 0 && errno == EINTR {}
      }
      pthread_sigmask(SIG_SETMASK, &before, nil)
      errno = code
      return count
    #endif
  }
}
