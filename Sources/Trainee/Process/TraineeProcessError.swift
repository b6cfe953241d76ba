/// What went wrong with a trainee in a process of its own: what was asked, what came, and the remedy.
public struct TraineeProcessError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure.
  public enum Kind: String, Sendable, Equatable, CaseIterable {
    /// The command could not be started at all.
    case notStarted
    /// The process ended while an answer was due.
    case exited
    /// No answer came within the time limit.
    case timeLimit
    /// The answer was longer than any answer may be.
    case flood
    /// The answer was no message of the protocol, or a number in it was impossible.
    case malformed
    /// The answer held a number that is not finite.
    case nonFinite
    /// The answer was to another request, or about another step or rate than the one asked for.
    case outOfOrder
    /// The process speaks another version of the protocol.
    case version
    /// The process said that it cannot do what was asked.
    case refused
    /// The process does not have the capability that the request needs.
    case missingCapability
    /// Nothing may be asked now: the last run failed, or none was begun.
    case noRun
  }

  /// What kind of failure it is.
  public let kind: Kind
  /// The command of the process.
  public let command: String
  /// The request: "train".
  public let request: String
  /// What happened, as the end of a sentence that begins with the trainee.
  public let problem: String
  /// The line of output that the error is about, cut to 200 characters.
  public let line: String?
  /// The last lines that the process wrote to standard error.
  public let lastWords: [String]
  /// What to do about it, as a sentence of its own.
  public let remedy: String
  /// Whether a new run may be begun with `reset`, for which the process is started again.
  ///
  /// False when it never worked, when it has failed too often, and when trying again would change nothing.
  public internal(set) var allowsRestart = false

  /// One sentence on what happened, the line, the last words of the process, and the remedy.
  public var description: String {
    var text = "The trainee '\(command)' \(problem) (request '\(request)')"
    text += line.map { ": \($0)" } ?? "."
    if !lastWords.isEmpty {
      text += "\nIts last words on standard error:\n" + lastWords.map { "  \($0)" }.joined(separator: "\n")
    }
    return "\(text)\n\(remedy)"
  }
}
