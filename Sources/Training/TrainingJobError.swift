/// A training of the same name is not finished.
public struct UnfinishedTraining: Error, Sendable, Equatable, CustomStringConvertible {
  /// The checkpoint that it would write.
  public let checkpoint: String
  /// Where its state is.
  public let folder: String

  /// What is there, and what can be done.
  public var description: String {
    "An unfinished training of '\(checkpoint)' is in '\(folder)'. "
      + "Go on with it by --resume, forget it by --restart, or choose another --output."
  }
}

/// A training of the same name is finished.
public struct FinishedTraining: Error, Sendable, Equatable, CustomStringConvertible {
  /// The checkpoint that is there.
  public let checkpoint: String

  /// What is there, and what can be done.
  public var description: String {
    "'\(checkpoint)' is there already. Give --restart to replace it, or another --output."
  }
}

/// A training is to be resumed with other options than it was begun with.
public struct ChangedTraining: Error, Sendable, Equatable, CustomStringConvertible {
  /// Where its state is.
  public let folder: String

  /// What is wrong, and what can be done.
  public var description: String {
    "The training in '\(folder)' was begun with other options or other data. "
      + "Give the options that it was begun with (--episodes may differ), or begin again by --restart."
  }
}
