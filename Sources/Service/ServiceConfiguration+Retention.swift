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

    /// Open runs silent since before this time are abandoned; nil for none.
    func abandonment(at now: Int64) -> Int64? {
      abandonHours > 0 ? now - Int64(abandonHours * 3_600_000) : nil
    }

    /// Runs that ended before this time are deleted; nil for none.
    func expiry(at now: Int64) -> Int64? {
      retainDays > 0 ? now - Int64(retainDays * 86_400_000) : nil
    }
  }
}
