/// A trainee that was asked for something impossible, or given something that it cannot use.
public struct TraineeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, with which, and the remedy.
  public let description: String

  /// Creates an error from its sentences.
  public init(_ description: String) { self.description = description }
}
