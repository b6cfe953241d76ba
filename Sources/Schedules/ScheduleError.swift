/// A schedule that cannot be made: which number or file, what is wrong with it, and what would do.
public struct ScheduleError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The whole message.
  public let description: String

  /// The file that is missing or cannot be used; nil where the specification itself is wrong.
  public let file: String?

  /// Creates an error with a message of its own.
  ///
  /// - Parameters:
  ///   - description: The whole message.
  ///   - file: The file that it is about; nil, the default, for none.
  public init(_ description: String, file: String? = nil) {
    self.description = description
    self.file = file
  }

  static func check(
    _ condition: Bool, _ name: String, _ value: some CustomStringConvertible, _ expected: String
  ) throws(ScheduleError) {
    guard condition else { throw ScheduleError("The \(name) is \(value); give \(expected).") }
  }

  /// Formulas compute with sums and multiples of a rate, which must not overflow either; and a rate beyond
  /// this bound is none in the single precision of the weights.
  package static let highestRate = 1e30

  static func checkRate(_ value: Double, _ name: String) throws(ScheduleError) {
    try check(value > 0, name, value, "a positive number")
    try check(value <= highestRate, name, value, "a number of at most \(highestRate)")
  }

  static func checkEnd(_ value: Double, _ name: String, to highest: Double, _ highestName: String)
    throws(ScheduleError)
  {
    try check(
      value >= 0 && value <= highest, name, value, "a number from 0 to the \(highestName), \(highest)")
  }

  static func checkSteps(_ value: Int, _ name: String) throws(ScheduleError) {
    try check(value >= 1, name, value, "a whole number of at least 1")
  }
}
