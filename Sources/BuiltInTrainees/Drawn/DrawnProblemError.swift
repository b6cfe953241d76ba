/// A drawn problem or a range of them that cannot be.
public enum DrawnProblemError: Error, Equatable, CustomStringConvertible {
  /// A property has a value that is not allowed.
  case badValue(name: String, value: String, allowed: String)
  /// The cap on operations is too low to find problems under it.
  case tooFewOperations(given: Double, needed: Double)

  /// What is wrong, and which value would do.
  public var description: String {
    switch self {
    case .badValue(let name, let value, let allowed):
      "A drawn problem's \(name) is \(value); it must be \(allowed)."
    case .tooFewOperations(let given, let needed):
      "Few drawn problems stay below \(given) operations; allow at least \(needed) or lower the budgets."
    }
  }
}
