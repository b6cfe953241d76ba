/// A number or name in a configuration that cannot be used.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What it configures: "episodes".
  public let name: String
  /// What came.
  public let value: String
  /// What would do.
  public let expected: String

  /// Creates an error about one value.
  public init(name: String, value: String, expected: String) {
    self.name = name
    self.value = value
    self.expected = expected
  }

  /// What is wrong and what would do, as a sentence.
  public var description: String { "The \(name) is \(value); give \(expected)." }
}
