import Foundation

/// Times as they are stored: milliseconds since 1970, in UTC.
enum Timestamp {
  /// The time now.
  static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

  /// The time as ISO 8601; nil for 0, which stands for a time that was not stored.
  ///
  /// By hand, since a list of decisions has thousands: days to a date of the Gregorian calendar as in Howard Hinnant,
  /// "chrono-compatible low-level date algorithms", `civil_from_days`.
  static func text(_ milliseconds: Int64) -> String? {
    guard milliseconds > 0 else { return nil }
    let day = 86_400_000 as Int64
    let (days, rest) = (milliseconds / day + 719_468, milliseconds % day)
    let (era, dayOfEra) = days.quotientAndRemainder(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let date = "\(pad(year, 4))-\(pad(month))-\(pad(dayOfYear - (153 * shifted + 2) / 5 + 1))"
    let (hours, minutes, seconds) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60)
    return "\(date)T\(pad(hours)):\(pad(minutes)):\(pad(seconds)).\(pad(rest % 1000, 3))Z"
  }

  private static func pad(_ number: Int64, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
