/// How the program ends, with the numbers of BSD's `sysexits.h` and the shell's convention for signals.
enum ExitStatus: RawRepresentable, Equatable {
  case success
  /// A controller that was trained further is not better, and did not take its place.
  case notPromoted
  /// The command line is wrong.
  case usage
  /// An input is damaged or of the wrong kind.
  case badData
  /// An input is not there.
  case missingInput
  /// A publisher, the network, the process of a trainee or a rank did not answer, or the service is not in this build.
  case unavailable
  /// An error that no other number is for.
  case software
  /// An output file or folder could not be written.
  case cannotWrite
  /// Standard output could not be written.
  case standardOutput
  /// The signal that stopped the program.
  case signal(Int32)

  /// Every status that does not come from a signal.
  static let all: [ExitStatus] = [
    .success, .notPromoted, .usage, .badData, .missingInput, .unavailable, .software, .cannotWrite,
    .standardOutput,
  ]

  /// The status with a number, or nil when the program never ends with it.
  init?(rawValue: Int32) {
    if rawValue > 128 {
      self = .signal(rawValue - 128)
    } else if let status = Self.all.first(where: { $0.rawValue == rawValue }) {
      self = status
    } else {
      return nil
    }
  }

  /// The number that the shell sees.
  var rawValue: Int32 {
    switch self {
    case .success: 0
    case .notPromoted: 1
    case .usage: 64
    case .badData: 65
    case .missingInput: 66
    case .unavailable: 69
    case .software: 70
    case .cannotWrite: 73
    case .standardOutput: 74
    case .signal(let number): 128 + number
    }
  }

  /// What the status means, for the help.
  var meaning: String {
    switch self {
    case .success: "success"
    case .notPromoted: "a controller that went on learning is not better (train-controller --from-runs)"
    case .usage: "unknown or impossible option"
    case .badData: "an input file is damaged or of the wrong kind"
    case .missingInput: "an input file or data set is not there"
    case .unavailable: "a download, the process of a trainee or a rank failed"
    case .software: "any other error"
    case .cannotWrite: "an output file cannot be written (not permitted, disk full)"
    case .standardOutput: "standard output cannot be written"
    case .signal(let number): "stopped by signal \(number)"
    }
  }

  /// All of them as lines of help.
  static var table: String {
    let lines =
      all.map { (String($0.rawValue), $0.meaning) } + [("130", "stopped by Ctrl-C (143: by SIGTERM)")]
    return lines.map { number, meaning in
      "  \(number)\(String(repeating: " ", count: 5 - number.count))\(meaning)"
    }.joined(separator: "\n")
  }
}
