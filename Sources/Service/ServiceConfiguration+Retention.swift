extension ServiceConfiguration {
  /// How long runs are kept.
  public struct Retention: Sendable {
    /// Hours without an observation after which an open run is abandoned until its next one, and no longer counted;
    /// 0 for never; 168, a week, by default.
    public var abandonHours = 168.0
    /// Days after which a run that is not open, or a training that is over, is deleted; 0, the default, for never.
    public var retainDays = 0.0

    /// The defaults.
    public init() {}

    /// The first hour of a service in milliseconds, in which its jobs report again: nothing is too old before.
    private static let grace: Int64 = 3_600_000

    /// Open runs silent since before this time are abandoned; nil for none.
    func abandonment(at now: Int64, age: Int64) -> Int64? {
      Self.cutoff(Int64(abandonHours * 3_600_000), now, age)
    }

    /// Runs that ended before this time are deleted; nil for none.
    func expiry(at now: Int64, age: Int64) -> Int64? {
      Self.cutoff(Int64(retainDays * 86_400_000), now, age)
    }

    private static func cutoff(_ period: Int64, _ now: Int64, _ age: Int64) -> Int64? {
      period > 0 && age >= min(period, grace) ? now - period : nil
    }
  }
}
