/// A number in JSON that may not be finite: JSON has no word for infinity, so strings stand for it.
struct Reading: Codable, Sendable, Equatable {
  let value: Double

  init(_ value: Double) {
    self.value = value
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      value = number
      return
    }
    switch try container.decode(String.self) {
    case "NaN": value = .nan
    case "Infinity": value = .infinity
    case "-Infinity": value = -.infinity
    case let other:
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "'\(other.prefix(20))' is no number, \"NaN\", \"Infinity\" or \"-Infinity\"")
    }
  }

  /// Whether both say the same; two readings that are not a number do, so that a repeated report is known again.
  static func == (one: Reading, other: Reading) -> Bool {
    one.value == other.value || (one.value.isNaN && other.value.isNaN)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if value.isFinite {
      try container.encode(value)
    } else {
      try container.encode(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
    }
  }
}
