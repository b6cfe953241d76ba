/// How far a piece of work is, at one moment.
struct ProgressState: Sendable {
  /// What is counted.
  enum Unit: Sendable {
    /// Things with a name in the singular: "episode".
    case things(String)
    case bytes
  }

  var unit: Unit
  /// Units done, those before this start of the program included.
  var done: Int
  /// Units in all, at least 1.
  var total: Int
  /// Numbers beside the count, the most important first: "best loss 0.2651".
  var details: [String] = []
  /// Units a second in this run; nil until it is known.
  var rate: Double?

  /// Share done, in [0, 1].
  var fraction: Double { min(1, max(0, Double(done) / Double(max(total, 1)))) }

  /// Seconds to the end at this rate.
  var secondsLeft: Double? {
    guard let rate, rate > 0 else { return nil }
    return Double(max(total - done, 0)) / rate
  }

  /// "episode 12/300", "3.1/30.9 MB".
  var count: String {
    switch unit {
    case .things(let name): "\(name) \(done)/\(total)"
    case .bytes: "\(Self.decimal(Double(done) / 1e6))/\(Self.decimal(Double(total) / 1e6)) MB"
    }
  }

  /// "2.1/s", or "14 s each" where a unit takes longer than a second.
  var pace: String? {
    guard let rate, rate > 0 else { return nil }
    return switch unit {
    case .things: rate >= 1 ? "\(Self.decimal(rate))/s" : "\(Self.decimal(1 / rate)) s each"
    case .bytes: "\(Self.decimal(rate / 1e6)) MB/s"
    }
  }

  /// "1:05 left", "2:00:07 left".
  var timeLeft: String? {
    guard let secondsLeft, secondsLeft < 1e7 else { return nil }
    return "\(Self.clock(secondsLeft)) left"
  }

  /// Minutes and seconds, with hours when there are any.
  static func clock(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    let rest = String(whole % 60)
    let paddedRest = rest.count < 2 ? "0\(rest)" : rest
    guard hours > 0 else { return "\(minutes):\(paddedRest)" }
    return "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(paddedRest)"
  }

  private static func decimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
