import Foundation
import Reports

extension Double {
  /// The number as ``NumberText`` writes it in tables, with so many digits after the point.
  func fixed(_ digits: Int) -> String { NumberText.fixed(self, decimals: digits) }

  /// Three significant digits, for rates: "0.00123".
  var short: String { String(format: "%.3g", self) }
}
