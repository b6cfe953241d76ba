import Foundation

/// The text beside a mark of an axis: a number, or a number times a power of ten.
struct TickLabel: Equatable {
  /// The plain part, "2×10" for instance.
  let text: String
  /// The raised part, "−4" for instance; empty for plain numbers.
  let exponent: String

  /// A mark of a linear axis.
  ///
  /// - Parameters:
  ///   - value: The number.
  ///   - step: The distance to the next mark, which decides the decimals.
  ///   - largest: The largest magnitude on the axis, which decides whether powers of ten are used.
  init(value: Double, step: Double, largest: Double) {
    let stepExponent = Int((log10(step) + 1e-9).rounded(.down))
    let exponent = largest > 0 ? Int((log10(largest) + 1e-12).rounded(.down)) : 0
    if largest == 0 || abs(value) < step / 2 {
      self.init("0")
    } else if exponent >= 6 || exponent <= -4 {
      let decimals = min(max(exponent - stepExponent, 0), 15)
      self.init(Self.fixed(value / pow(10, Double(exponent)), decimals: decimals), power: exponent)
    } else {
      self.init(Self.fixed(value, decimals: min(max(-stepExponent, 0), 15)))
    }
  }

  /// A power of ten as a plain number: 0.001.
  init(decade exponent: Int) {
    self.init(Self.fixed(pow(10, Double(exponent)), decimals: max(-exponent, 0)))
  }

  /// A power of ten as ten with an exponent.
  init(powerOfTen exponent: Int) {
    text = "10"
    self.exponent = Self.signed(exponent)
  }

  /// A digit times a power of ten, as a plain number if `isPlain`.
  init(digit: Double, exponent: Int, isPlain: Bool) {
    if isPlain {
      self.init(Self.fixed(digit * pow(10, Double(exponent)), decimals: max(-exponent, 0)))
    } else {
      self.init(Self.fixed(digit, decimals: 0), power: exponent)
    }
  }

  private init(_ text: String) {
    self.text = text
    exponent = ""
  }

  private init(_ mantissa: String, power: Int) {
    text = mantissa + "×10"
    exponent = Self.signed(power)
  }

  /// Width in units of the font size.
  var width: Double { SVGText.width(text) + 0.75 * SVGText.width(exponent) }

  /// The contents of an SVG text element.
  var markup: String {
    guard !exponent.isEmpty else { return SVGText.escaped(text) }
    return SVGText.escaped(text) + "<tspan dy=\"-0.4em\" font-size=\"75%\">\(exponent)</tspan>"
  }

  /// A number with fixed decimals, a true minus sign, and commas between thousands from 10,000 on.
  private static func fixed(_ value: Double, decimals: Int) -> String {
    let digits = String(format: "%.\(decimals)f", abs(value))
    let whole = digits.prefix { $0 != "." }
    var grouped = ""
    for (index, digit) in whole.enumerated() {
      if whole.count > 4, index > 0, (whole.count - index).isMultiple(of: 3) { grouped += "," }
      grouped.append(digit)
    }
    return (value < 0 ? "−" : "") + grouped + digits.dropFirst(whole.count)
  }

  private static func signed(_ exponent: Int) -> String {
    exponent < 0 ? "−\(-exponent)" : "\(exponent)"
  }
}
