import Foundation
import Synchronization

/// Shows on standard error how far a piece of work is; any thread may report.
///
/// On a terminal, a bar is redrawn in place and removed at the end. Elsewhere a plain line comes every few seconds.
final class ProgressReporter: Sendable {
  /// How progress is shown.
  enum Style: Sendable {
    case bar, lines, silent
  }

  private struct Memory {
    var state: ProgressState
    var doneBefore: Int
    var start: ContinuousClock.Instant
    var lastShown: ContinuousClock.Instant?
    var isBarVisible = false
  }

  /// Faster than the eye wants, slow enough to cost nothing.
  private static let barInterval = Duration.milliseconds(100)
  private static let lineInterval = Duration.seconds(5)
  private static let eraseLine = "\r\u{1B}[K"

  /// What the reporter depends on; tests replace it.
  struct Surroundings: Sendable {
    var write: @Sendable (String) -> Void = { StandardError.write($0) }
    var width: @Sendable () -> Int = { Terminal.width }
    var now: @Sendable () -> ContinuousClock.Instant = { .now }
  }

  private let style: Style
  private let surroundings: Surroundings
  private let memory: Mutex<Memory>

  /// Begins to measure the pace.
  ///
  /// - Parameters:
  ///   - unit: What is counted.
  ///   - total: Units in all.
  ///   - done: Units that were done before this start of the program.
  ///   - options: Whether to show anything.
  ///   - terminal: Where it is shown.
  convenience init(
    unit: ProgressState.Unit, total: Int, done: Int = 0, options: OutputOptions,
    terminal: Terminal = .standardError
  ) {
    self.init(
      unit: unit, total: total, done: done,
      style: options.quiet ? .silent : terminal.isInteractive ? .bar : .lines)
  }

  /// Begins to measure the pace, in a given style.
  init(
    unit: ProgressState.Unit, total: Int, done: Int = 0, style: Style, surroundings: Surroundings = .init()
  ) {
    self.style = style
    self.surroundings = surroundings
    let state = ProgressState(unit: unit, done: done, total: total)
    memory = Mutex(Memory(state: state, doneBefore: done, start: surroundings.now()))
  }

  /// Reports that `done` units are done; `details` stay until the next ones.
  func update(done: Int, total: Int? = nil, details: [String]? = nil) {
    guard style != .silent else { return }
    memory.withLock { memory in
      let now = surroundings.now()
      if done < memory.state.done {
        // The work began again: what went before says nothing about the pace.
        (memory.doneBefore, memory.start) = (done, now)
      }
      memory.state.done = done
      memory.state.total = total ?? memory.state.total
      memory.state.details = details ?? memory.state.details
      let seconds = (now - memory.start) / Duration.seconds(1)
      let doneNow = done - memory.doneBefore
      memory.state.rate = doneNow > 0 && seconds > 0 ? Double(doneNow) / seconds : nil
      let interval = style == .bar ? Self.barInterval : Self.lineInterval
      if let last = memory.lastShown, now - last < interval { return }
      memory.lastShown = now
      show(&memory)
    }
  }

  /// Writes a line of its own, above the bar when there is one; an urgent one also when progress is silent.
  func note(_ text: String, isUrgent: Bool = false) {
    guard style != .silent || isUrgent else { return }
    memory.withLock { memory in
      let erase = memory.isBarVisible ? Self.eraseLine : ""
      surroundings.write("\(erase)\(text)\n")
      if memory.isBarVisible { show(&memory) }
    }
  }

  /// Ends the show: removes the bar, or writes the last line.
  func finish() {
    memory.withLock { memory in
      switch style {
      case .bar:
        if memory.isBarVisible { surroundings.write(Self.eraseLine) }
        memory.isBarVisible = false
      case .lines: surroundings.write(memory.state.line + "\n")
      case .silent: break
      }
    }
  }

  private func show(_ memory: inout Memory) {
    switch style {
    case .bar:
      // The last column stays free: some terminals wrap when it is filled.
      let bar = memory.state.bar(width: surroundings.width() - 1)
      surroundings.write("\r\(bar)\u{1B}[K")
      memory.isBarVisible = true
    case .lines: surroundings.write(memory.state.line + "\n")
    case .silent: break
    }
  }
}
