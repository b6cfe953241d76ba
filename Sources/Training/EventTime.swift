import Foundation
import Reports

/// The time of day that event files carry, in seconds since 1970.
///
/// No other file holds a time. With the environment variable `SOURCE_DATE_EPOCH` (reproducible-builds.org) the same run writes the
/// same event files as well.
public enum EventTime {
  /// Now, or the time that `SOURCE_DATE_EPOCH` sets.
  public static var now: Double { fixed ?? Date().timeIntervalSince1970 }

  /// The name of every event file: without a time, so that the same command replaces what it wrote before.
  public static let fileName = TensorBoardLog.fileName(wallTime: 0)

  private static let fixed = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap(Double.init)
}
