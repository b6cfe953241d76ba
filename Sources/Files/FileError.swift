/// A file that could not be read or written: what happened, to which file, and the remedy.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The path as the user gave it.
  public let path: String
  /// What happened, as the end of a sentence that begins with the path: "does not exist".
  public let problem: String
  /// What to do about it, as a sentence of its own.
  public let remedy: String

  /// Creates an error about one file.
  public init(path: String, problem: String, remedy: String) {
    self.path = path
    self.problem = problem
    self.remedy = remedy
  }

  /// "'a.ckpt' does not exist. Check the path."
  public var description: String { "'\(path)' \(problem). \(remedy)" }
}

/// A file that could not be written, told apart from one that could not be read.
public struct OutputError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What went wrong with which file.
  public let error: FileError

  /// Creates an error about a file that was to be written.
  public init(error: FileError) {
    self.error = error
  }

  /// The same.
  public var description: String { error.description }
}
