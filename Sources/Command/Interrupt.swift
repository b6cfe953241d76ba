import Foundation
import MetaLR
import Synchronization

/// The user's wish to stop, by Ctrl-C or SIGTERM, which long work looks at between two steps.
///
/// The first signal asks for an orderly stop, and the user is told so; the second ends the program and its trainees.
final class Interrupt: Sendable {
  private final class Flag: Sendable {
    /// The signal that came first, or 0.
    let signal = Atomic<Int32>(0)
  }

  private let flag = Flag()
  /// Keeps the sources: a released one stops delivering.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

  /// Listens from now to the end of the program.
  ///
  /// - Parameter onRequest: Called once, on another thread, when the first signal comes.
  init(onRequest: @escaping @Sendable () -> Void = {}) {
    // A queue of its own answers also while every core computes.
    let queue = DispatchQueue(label: "metalr.interrupt", qos: .userInteractive)
    sources = [SIGINT, SIGTERM].map { [flag] number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        // Files are written whole or not at all, so that leaving at once harms none.
        guard flag.signal.load(ordering: .relaxed) == 0 else {
          ProcessTrainee.killAll()
          _exit(128 + number)
        }
        flag.signal.store(number, ordering: .relaxed)
        StandardError.write("\nStopping after this step; again to stop now.\n")
        onRequest()
      }
      source.resume()
      return source
    }
  }

  /// Whether a signal has come.
  var isRequested: Bool { flag.signal.load(ordering: .relaxed) != 0 }

  /// The error to end with once work has stopped; `advice` says how to go on.
  func error(advice: String) -> StopRequested {
    let number = flag.signal.load(ordering: .relaxed)
    return StopRequested(signal: number == 0 ? SIGINT : number, advice: advice)
  }
}

/// The end of a command that was asked to stop.
struct StopRequested: Error, CustomStringConvertible {
  let signal: Int32
  let advice: String

  var description: String { "Stopped as asked. \(advice)" }
}
