/// A schedule that cannot be made: which number, what it is, and what would do.
public struct ScheduleError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The whole message.
  public let description: String

  /// Creates an error with a message of its own.
  public init(_ description: String) {
    self.description = description
  }

  static func check(
    _ condition: Bool, _ name: String, _ value: some CustomStringConvertible, _ expected: String
  ) throws(ScheduleError) {
    guard condition else { throw ScheduleError("The \(name) is \(value); give \(expected).") }
  }
}
