/// A constant of a rule: what it is called, where it is stored, and which values it may have.
struct OptimizerConstant<Rule: OptimizerRule>: Sendable {
  /// The name on the command line.
  let name: String
  /// The name in JSON.
  let key: String
  /// Where it is stored.
  let path: WritableKeyPath<Rule, Double> & Sendable
  /// Which values are allowed.
  let range: OptimizerConstantRange

  init(
    _ name: String, _ path: WritableKeyPath<Rule, Double> & Sendable, _ range: OptimizerConstantRange,
    key: String? = nil
  ) {
    self.name = name
    self.key = key ?? name
    self.path = path
    self.range = range
  }
}

/// Values that a constant may have; all are finite.
enum OptimizerConstantRange: Sendable {
  /// From 0 to below 1: a decay of a running mean.
  case decay
  /// From 0 to 1.
  case share
  /// Above 0.
  case positive
  /// At least 0.
  case nonNegative

  /// Whether a value is allowed.
  func contains(_ value: Double) -> Bool {
    guard value.isFinite else { return false }
    return switch self {
    case .decay: (0..<1).contains(value)
    case .share: (0...1).contains(value)
    case .positive: value > 0
    case .nonNegative: value >= 0
    }
  }

  /// The range in the words of an error.
  var description: String {
    switch self {
    case .decay: "in [0, 1)"
    case .share: "in [0, 1]"
    case .positive: "positive and finite"
    case .nonNegative: "at least 0 and finite"
    }
  }
}

/// Constants of a rule whose type is not known.
extension OptimizerRule {
  /// Names, keys, values and ranges, in the order of declaration.
  var constantList: [(name: String, key: String, value: Double, range: OptimizerConstantRange)] {
    Self.constants.map { ($0.name, $0.key, self[keyPath: $0.path], $0.range) }
  }

  /// The rule with another value of the constant at a place in `constants`.
  func with(_ value: Double, at place: Int) -> Self {
    var copy = self
    copy[keyPath: Self.constants[place].path] = value
    return copy
  }

  /// The rule with its default constants.
  var withDefaults: Self { Self() }
}
