import Foundation

extension ProcessTrainee {
  /// Which process, and how patient to be with it.
  public struct Configuration: Sendable {
    /// The program, looked up in `PATH`, and its arguments.
    public var arguments: [String]
    /// What errors call the command: the arguments joined by spaces, unless it came as one line.
    public var command: String
    /// Variables added to this process's environment; none by default.
    public var environment: [String: String] = [:]
    /// How long each request may take.
    public var timeLimits = TimeLimits()
    /// How often in a row a failed process is started again for a new run, at least 0; 3 by default.
    public var restarts = 3
    /// Bytes that one answer may have, at least 1,024; 1 GiB for snapshots and 1 MiB for others by default.
    public var answerLimits = AnswerLimits()
    /// Told every line that the process writes to standard error, and every restart; by default they go to
    /// this process's standard error.
    public var onMessage: @Sendable (String) -> Void = { message in
      try? FileHandle.standardError.write(contentsOf: Data((message + "\n").utf8))
    }

    /// A program and its arguments, handed over as they are.
    ///
    /// - Precondition: There is at least the program.
    public init(arguments: [String]) {
      precondition(!arguments.isEmpty, "A trainee needs a program to run")
      self.arguments = arguments
      command = arguments.joined(separator: " ")
    }

    /// A command line for `/bin/sh`: "python3 trainee.py --model resnet18".
    public init(commandLine: String) {
      arguments = ["/bin/sh", "-c", commandLine]
      command = commandLine
    }

    /// Checks the numbers against the ranges that the properties document.
    ///
    /// - Throws: ``TraineeError`` for the first that is out of range.
    public func validate() throws(TraineeError) {
      guard !arguments.isEmpty else { throw TraineeError("A trainee needs a program to run. Name one.") }
      guard timeLimits.all.allSatisfy({ $0 > 0 && $0 <= TimeLimits.longest }) else {
        throw TraineeError(
          "The trainee's time limits are \(timeLimits.all) seconds. Give numbers above 0, up to 1e9.")
      }
      guard restarts >= 0 else {
        throw TraineeError("A trainee cannot be restarted \(restarts) times. Give at least 0.")
      }
      guard min(answerLimits.snapshot, answerLimits.others) >= 1024 else {
        throw TraineeError(
          "The trainee's answers may have \(answerLimits.snapshot) and \(answerLimits.others) bytes. "
            + "Allow at least 1024.")
      }
    }
  }

  /// Seconds that a request may take, each above 0 and at most 1e9, some 30 years.
  public struct TimeLimits: Sendable, Equatable {
    /// From the start of the process to its first answer, imports and data loading included; 120 by default.
    public var start = 120.0
    /// To begin a run; 120 by default.
    public var reset = 120.0
    /// For the steps of one request; 600 by default.
    public var train = 600.0
    /// For a pass over the test split; 600 by default.
    public var evaluate = 600.0
    /// To take, take up or discard a snapshot; 120 by default.
    public var snapshot = 120.0
    /// To end by itself when asked, before it is killed; 5 by default.
    public var close = 5.0

    static let longest = 1e9

    /// The defaults.
    public init() {}

    var all: [Double] { [start, reset, train, evaluate, snapshot, close] }
  }

  /// Bytes that an answer may have.
  public struct AnswerLimits: Sendable, Equatable {
    /// A snapshot, at least 1,024; 1 GiB by default.
    public var snapshot = 1 << 30
    /// Any other answer, at least 1,024; 1 MiB by default.
    public var others = 1 << 20

    /// The defaults.
    public init() {}
  }
}
