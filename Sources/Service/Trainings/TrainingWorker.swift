import Foundation
import NIOConcurrencyHelpers

/// The process that does a training.
///
/// It tells how far it is by lines on its standard output, and what went wrong by the last of its standard error.
final class TrainingWorker: Sendable {
  /// How a process ended.
  struct End: Sendable, Equatable {
    /// The exit status, or 128 and the number of the signal.
    let status: Int32
    /// The last lines of standard error.
    let message: String
  }

  private let process: NIOLockedValueBox<Process>
  private let output = Pipe()
  private let errors = Pipe()
  private let ends: AsyncStream<Int32>

  /// Lines of standard error that are kept.
  private static let keptLines = 5

  /// Starts the process.
  ///
  /// - Throws: What the system says when it cannot be started.
  init(command: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    let (ends, end) = AsyncStream.makeStream(of: Int32.self)
    self.ends = ends
    process.terminationHandler = { process in
      let signal: Int32 = process.terminationReason == .exit ? 0 : 128
      end.yield(signal + process.terminationStatus)
      end.finish()
    }
    try process.run()
    self.process = NIOLockedValueBox(process)
  }

  /// Asks the process to save its state and end; a second time it ends at once.
  func stop() { process.withLockedValue { if $0.isRunning { $0.terminate() } } }

  /// Ends the process.
  func kill() {
    process.withLockedValue { if $0.isRunning { _ = Foundation.kill($0.processIdentifier, SIGKILL) } }
  }

  /// Waits for the end of the process.
  ///
  /// - Parameter onReport: Told each report.
  /// - Returns: How it ended.
  func wait(onReport: @escaping @Sendable (WorkerReport) -> Void = { _ in }) async -> End {
    let hasEnded = NIOLockedValueBox(false)
    let reading = Task { [output] in
      for await line in ProcessLines(output.fileHandleForReading, hasEnded: hasEnded).lines {
        if let report = try? JSONDecoder().decode(WorkerReport.self, from: Data(line.utf8)) {
          onReport(report)
        }
      }
    }
    let listening = Task { [errors] in
      var last: [String] = []
      for await line in ProcessLines(errors.fileHandleForReading, hasEnded: hasEnded).lines {
        last = (last + [String(line.prefix(1000))]).suffix(Self.keptLines)
      }
      return last.joined(separator: "\n")
    }
    // A task of its own, since a stream that is read by a cancelled task ends at once.
    let status = await Task { [ends] in await ends.first { _ in true } ?? 0 }.value
    hasEnded.withLockedValue { $0 = true }
    await reading.value
    return End(status: status, message: await listening.value)
  }
}

/// The lines that a process writes, read by a thread of their own.
private struct ProcessLines {
  let lines: AsyncStream<String>

  private static let pause: Int32 = 200
  /// How often a pipe is read once the process has ended: what it started may write for ever.
  private static let lastReads = 1000
  /// A longer line is cut.
  private static let longest = 65_536

  /// - Parameters:
  ///   - handle: What is read.
  ///   - hasEnded: Set once the process has: what it started may hold its end of the pipe for ever.
  init(_ handle: FileHandle, hasEnded: NIOLockedValueBox<Bool>) {
    let (lines, continuation) = AsyncStream.makeStream(of: String.self)
    self.lines = lines
    Thread.detachNewThread {
      var rest: [UInt8] = []
      var bytes = [UInt8](repeating: 0, count: 16_384)
      var readsLeft = Self.lastReads
      while readsLeft > 0 {
        var ready = pollfd(fd: handle.fileDescriptor, events: Int16(POLLIN), revents: 0)
        let isOver = hasEnded.withLockedValue { $0 }
        if isOver { readsLeft -= 1 }
        if poll(&ready, 1, Self.pause) == 0 {
          if isOver { break } else { continue }
        }
        let count = read(handle.fileDescriptor, &bytes, bytes.count)
        guard count > 0 else { break }
        rest += bytes[..<count]
        while let end = rest.firstIndex(of: 0x0a) {
          continuation.yield(String(decoding: rest[..<end], as: UTF8.self))
          rest.removeFirst(end + 1)
        }
        if rest.count > Self.longest { rest = [] }
      }
      continuation.finish()
    }
  }
}
