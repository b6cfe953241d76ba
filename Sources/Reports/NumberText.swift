import Foundation

/// Measured numbers as texts for tables, which stay narrow whatever a run has come to.
public enum NumberText {
  /// A number with fixed decimals, or in powers of ten where that would be long or show no digit.
  ///
  /// 0.3516 is "0.3516", 2e32 "2.00e32", 3e-7 "3.00e-7", infinity "inf", and what is not a number "nan".
  ///
  /// - Parameters:
  ///   - value: Any number.
  ///   - decimals: Decimals of the usual form, at least 0; 4 by default.
  /// - Returns: At most 12 characters for up to 4 decimals.
  public static func fixed(_ value: Double, decimals: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let size = abs(value)
    let rounded = String(format: "%.\(decimals)f", value)
    guard value != 0 else { return rounded }
    guard size >= 1e6 || size < 0.5 * pow(10, -Double(decimals)) else { return rounded }
    return scientific(value)
  }

  /// A mean with its standard deviation in brackets: "0.3516 (0.0050)".
  ///
  /// - Parameters:
  ///   - mean: The mean.
  ///   - deviation: The standard deviation; without one, as of a single run, only the mean is shown.
  ///   - decimals: Decimals of both; 4 by default.
  /// - Returns: One or two numbers as ``fixed(_:decimals:)`` writes them.
  public static func mean(_ mean: Double, deviation: Double?, decimals: Int = 4) -> String {
    let text = fixed(mean, decimals: decimals)
    guard let deviation, mean.isFinite else { return text }
    return "\(text) (\(fixed(deviation, decimals: decimals)))"
  }

  private static func scientific(_ value: Double) -> String {
    let parts = String(format: "%.2e", value).split(separator: "e")
    guard parts.count == 2, let exponent = Int(parts[1]) else { return "\(value)" }
    return "\(parts[0])e\(exponent)"
  }
}
