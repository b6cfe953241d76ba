/// An optimizer that was asked for something it cannot be.
public enum OptimizerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no method of this name.
  case unknownName(String)
  /// The method has no constant of this name.
  case unknownConstant(method: String, constant: String, known: [String])
  /// A part of a description is not `constant=number`.
  case badSyntax(method: String, part: String)
  /// A constant is out of range.
  case badConstant(method: String, constant: String, value: Double, range: String)
  /// A method cannot drive another one.
  case badBase(method: String, base: String)
  /// A saved state does not fit; counts are floats in each buffer.
  case mismatchedState(method: String, expected: [Int], found: [Int])
  /// A saved state has other scalars than the method.
  case mismatchedScalars(method: String, expected: [String], found: [String])

  /// What is wrong, with which, and the remedy.
  public var description: String {
    switch self {
    case .unknownName(let name):
      let names = Optimizer.Configuration.all.map(\.name).joined(separator: ", ")
      return "There is no optimizer '\(name)'. Choose one of: \(names)."
    case .unknownConstant(let method, let constant, let known):
      return known.isEmpty
        ? "Optimizer '\(method)' has no constants; leave out '\(constant)'."
        : "Optimizer '\(method)' has no constant '\(constant)'. It has: \(known.joined(separator: ", "))."
    case .badSyntax(let method, let part):
      return "'\(part)' is no constant of optimizer '\(method)'. "
        + "Write NAME:CONSTANT=NUMBER,CONSTANT=NUMBER, each constant once."
    case .badConstant(let method, let constant, let value, let range):
      return "The \(constant) of optimizer '\(method)' is \(value). Choose one that is \(range)."
    case .badBase(let method, let base):
      return
        "Optimizer '\(method)' cannot drive '\(base)'. Give it a method that stands alone and is "
        + "evaluated at the weights it trains, such as adam."
    case .mismatchedState(let method, let expected, let found):
      return "The saved state of optimizer '\(method)' has buffers of \(found) floats; this network needs "
        + "\(expected). Restore it with the model and the optimizer that it was saved from."
    case .mismatchedScalars(let method, let expected, let found):
      return "The saved state of optimizer '\(method)' has the numbers \(found); it needs \(expected). "
        + "Restore it with the optimizer that it was saved from."
    }
  }
}
