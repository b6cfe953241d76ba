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
///
/// Kernels compute in single precision, in which 1e-300 is 0 and 0.999999999 is 1: with these an Adam step on a gradient of
/// zero would be 0 / 0. So the value must be in range in single precision too.
enum OptimizerConstantRange: Sendable {
  /// From 0 to below 1: a decay of a running mean.
  case decay
  /// From 0 to 1.
  case share
  /// Above 0.
  case positive
  /// At least 0.
  case nonNegative
  /// From 0 to 16: a power of the step's number, which must not overflow in a billion steps.
  case power

  /// Whether a value is allowed.
  func contains(_ value: Double) -> Bool {
    guard value.isFinite, Float(value).isFinite else { return false }
    return switch self {
    case .decay: value >= 0 && Float(value) < 1
    case .share: (0...1).contains(value)
    case .positive: Float(value) > 0
    case .nonNegative: value >= 0
    case .power: (0...16).contains(value)
    }
  }

  /// The range in the words of an error.
  var description: String {
    switch self {
    case .decay: "in [0, 1)"
    case .share: "in [0, 1]"
    case .positive: "positive and finite"
    case .nonNegative: "at least 0 and finite"
    case .power: "from 0 to 16"
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
