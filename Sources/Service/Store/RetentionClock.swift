/// The time by which runs grow old: no jump of the clock makes one older than it is.
///
/// The clock of the day is set forward and back by people and by NTP. Set forward, it would let young runs expire. Set back and
/// then right, it would do so with runs that were last heard of in between.
struct RetentionClock: Sendable, Equatable {
  /// Times of the clock of the day and of the monotonic one, in milliseconds, which belong together.
  private var wall: Int64
  private var monotonic: Int64

  /// How far the clock of the day may fall behind before it counts as set back.
  private static let tolerance: Int64 = 60_000

  /// Starts at these times.
  init(wall: Int64, monotonic: Int64) {
    self.wall = wall
    self.monotonic = monotonic
  }

  /// The time for retention: at most what has passed since the start, or since the clock was last set back.
  mutating func now(wall: Int64, monotonic: Int64) -> Int64 {
    let expected = self.wall + monotonic - self.monotonic
    if wall < expected - Self.tolerance {
      self.wall = wall
      self.monotonic = monotonic
    }
    return min(wall, expected)
  }
}
