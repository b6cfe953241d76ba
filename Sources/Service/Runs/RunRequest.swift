import MetaLR

/// What a client asks for when it opens a run.
struct RunRequest: Codable, Sendable, Equatable {
  var controller: String
  var initialLearningRate: Double
  var totalSteps: Int
  var interval: Int
  var labels: [String: String]

  private enum CodingKeys: String, CodingKey {
    case controller, initialLearningRate, totalSteps, interval, labels
  }

  init(
    controller: String, initialLearningRate: Double, totalSteps: Int, interval: Int = 10,
    labels: [String: String] = [:]
  ) {
    self.controller = controller
    self.initialLearningRate = initialLearningRate
    self.totalSteps = totalSteps
    self.interval = interval
    self.labels = labels
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    controller = try container.decode(String.self, forKey: .controller)
    initialLearningRate = try container.decode(Double.self, forKey: .initialLearningRate)
    totalSteps = try container.decode(Int.self, forKey: .totalSteps)
    // What is there must be of its type: null is not the same as absent.
    interval =
      container.contains(.interval)
      ? try container.decode(Int.self, forKey: .interval) : max(1, min(Self.usualInterval, totalSteps))
    labels =
      container.contains(.labels) ? try container.decode([String: String].self, forKey: .labels) : [:]
  }

  /// Steps between two observations where a client gives none.
  private static let usualInterval = 10

  /// More steps than any training takes; keeps sums of steps from overflowing.
  static let mostSteps = 1_000_000_000_000

  /// Checks every number against the ranges that the OpenAPI description gives.
  ///
  /// - Throws: ``ServiceError`` that names what is out of its range.
  func validate(_ guardian: Guardian.Configuration) throws(ServiceError) {
    let rates = guardian.minimumLearningRate...guardian.maximumLearningRate
    guard rates.contains(initialLearningRate) else {
      throw .invalid(
        "initialLearningRate is \(initialLearningRate).",
        remedy: "Give a rate from \(rates.lowerBound) to \(rates.upperBound).")
    }
    guard (1...Self.mostSteps).contains(totalSteps) else {
      throw .invalid("totalSteps is \(totalSteps).", remedy: "Give a number from 1 to \(Self.mostSteps).")
    }
    guard (1...totalSteps).contains(interval) else {
      throw .invalid("interval is \(interval).", remedy: "Give a number from 1 to totalSteps, \(totalSteps).")
    }
    guard labels.count <= 32 else {
      throw .invalid("There are \(labels.count) labels.", remedy: "Give at most 32.")
    }
    for (key, value) in labels {
      guard Self.isLabelKey(key) else {
        throw .invalid(
          "A label has the key '\(key.prefix(64))'.",
          remedy: "Use 1 to 64 letters, digits, '.', '_' and '-' in a key.")
      }
      // Counted as JSON Schema's maxLength does.
      guard value.unicodeScalars.count <= 256 else {
        throw .invalid(
          "The label '\(key)' has a value of \(value.unicodeScalars.count) characters.",
          remedy: "Use at most 256.")
      }
    }
  }

  /// Whether a label may have this key.
  static func isLabelKey(_ key: String) -> Bool {
    (1...64).contains(key.utf8.count)
      && key.utf8.allSatisfy { byte in
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
          || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || [0x2d, 0x2e, 0x5f].contains(byte)
      }
  }
}
