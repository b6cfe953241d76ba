import Synchronization
import Testing

@testable import Command

@Suite("Progress")
struct ProgressTests {
  static let state = ProgressState(
    unit: .things("episode"), done: 75, total: 300, details: ["return -12.3", "best 0.2651"], rate: 2.5)

  @Test(
    "The bar never exceeds the width, and gives up the least important first",
    arguments: [
      (
        120,
        "episode 75/300  [=======>                      ]  25%  return -12.3  best 0.2651  2.5/s  1:30 left"
      ),
      (76, "episode 75/300  [==>     ]  25%  return -12.3  best 0.2651  2.5/s  1:30 left"),
      (60, "episode 75/300  25%  return -12.3  best 0.2651  1:30 left"),
      (46, "episode 75/300  25%  return -12.3  1:30 left"),
      (32, "episode 75/300  25%  1:30 left"),
      (8, "episode "),
    ])
  func width(columns: Int, expected: String) {
    let bar = Self.state.bar(width: columns)
    #expect(bar == expected)
    #expect(bar.count <= columns)
  }

  @Test("A log line holds everything")
  func line() {
    #expect(Self.state.line == "episode 75/300, 25%, return -12.3, best 0.2651, 2.5/s, 1:30 left")
  }

  @Test("Downloads count in megabytes")
  func bytes() {
    let state = ProgressState(unit: .bytes, done: 3_090_000, total: 30_878_645, rate: 1_200_000)
    #expect(state.line == "3.1/30.9 MB, 10%, 1.2 MB/s, 0:24 left")
  }

  @Test(
    "Seconds become minutes and hours",
    arguments: [
      (0.0, "0:00"), (0.2, "0:01"), (59.5, "1:00"), (61, "1:01"), (3599, "59:59"), (36_065, "10:01:05"),
    ])
  func clock(seconds: Double, expected: String) {
    #expect(ProgressState.clock(seconds) == expected)
  }

  @Test("Slow units give the time that each takes")
  func slowPace() {
    #expect(ProgressState(unit: .things("run"), done: 1, total: 2, rate: 0.05).pace == "20.0 s each")
  }

  @Test("A terminal sees one line, redrawn in place at most ten times a second, and removed at the end")
  func barOnTerminal() {
    let screen = Screen()
    let progress = screen.reporter(style: .bar)
    for done in 1...8 {
      screen.advance(by: .milliseconds(50))
      progress.update(done: done)
    }
    #expect(screen.writes.count == 4)
    #expect(screen.writes.allSatisfy { $0.hasPrefix("\r") && $0.hasSuffix("\u{1B}[K") && !$0.contains("\n") })
    progress.finish()
    #expect(screen.writes.last == "\r\u{1B}[K")
  }

  @Test("A note removes the bar, stands on a line of its own, and the bar comes back below")
  func note() {
    let screen = Screen()
    let progress = screen.reporter(style: .bar)
    progress.update(done: 1)
    progress.note("Episode 1 diverged")
    #expect(screen.writes.count == 3)
    #expect(screen.writes[1] == "\r\u{1B}[KEpisode 1 diverged\n")
    #expect(screen.writes[2] == screen.writes[0])
  }

  @Test("A log gets a plain line every five seconds, and the last one")
  func linesInLog() {
    let screen = Screen()
    let progress = screen.reporter(style: .lines)
    for done in 1...12 {
      screen.advance(by: .seconds(1))
      progress.update(done: done)
    }
    progress.finish()
    #expect(
      screen.writes == [
        "episode 1/20, 5%, 1.0/s, 0:19 left\n", "episode 6/20, 30%, 1.0/s, 0:14 left\n",
        "episode 11/20, 55%, 1.0/s, 0:09 left\n", "episode 12/20, 60%, 1.0/s, 0:08 left\n",
      ])
  }

  @Test("With --quiet nothing is shown but what is urgent")
  func silent() {
    let screen = Screen()
    let progress = screen.reporter(style: .silent)
    progress.update(done: 1)
    progress.note("An episode diverged")
    progress.finish()
    #expect(screen.writes.isEmpty)
    progress.note("Stopping", isUrgent: true)
    #expect(screen.writes == ["Stopping\n"])
  }

  @Test("Units done before a resumption do not count into the pace")
  func resumed() {
    let screen = Screen()
    let progress = screen.reporter(style: .lines, done: 10)
    screen.advance(by: .seconds(2))
    progress.update(done: 11)
    #expect(screen.writes == ["episode 11/20, 55%, 2.0 s each, 0:18 left\n"])
  }

  @Test("Work that begins again is measured from there")
  func beganAgain() {
    let screen = Screen()
    let progress = screen.reporter(style: .lines)
    screen.advance(by: .seconds(10))
    progress.update(done: 10)
    screen.advance(by: .seconds(10))
    progress.update(done: 1)
    screen.advance(by: .seconds(10))
    progress.update(done: 6)
    #expect(screen.writes.last == "episode 6/20, 30%, 2.0 s each, 0:28 left\n")
  }
}

/// A terminal of 80 columns that remembers what was written, and a clock that a test sets.
private final class Screen: Sendable {
  private let memory = Mutex<(writes: [String], now: ContinuousClock.Instant)>(([], .now))

  var writes: [String] { memory.withLock { $0.writes } }

  func advance(by duration: Duration) {
    memory.withLock { $0.now += duration }
  }

  func reporter(style: ProgressReporter.Style, done: Int = 0) -> ProgressReporter {
    ProgressReporter(
      unit: .things("episode"), total: 20, done: done, style: style,
      surroundings: .init(
        write: { text in self.memory.withLock { $0.writes.append(text) } }, width: { 80 },
        now: { self.memory.withLock { $0.now } }))
  }
}
