import Foundation

extension TraineeProcessError {
  /// What is said of a failure, whatever the request was.
  struct Sentence {
    let kind: Kind
    /// The end of a sentence that begins with the trainee.
    let problem: String
    let remedy: String

    private init(kind: Kind, problem: String, remedy: String) {
      (self.kind, self.problem, self.remedy) = (kind, problem, remedy)
    }

    private static let protocolAlone =
      "Write messages of the protocol to standard output, and everything else to standard error."

    /// Why no answer came.
    init(_ failure: LineExchange.Failure, within seconds: Double, limit: Int) {
      switch failure {
      case .ended(let ending):
        (kind, problem) = (.exited, ending?.words ?? "ended")
        remedy = "Run the command by itself to see why."
      case .outputClosed:
        (kind, problem) = (.exited, "closed its standard output")
        remedy = "Keep it open until close is asked for."
      case .timeLimit:
        (kind, problem) = (.timeLimit, "did not answer within \(seconds) seconds")
        remedy = "See what keeps it, or raise the time limit."
      case .tooLong:
        (kind, problem) = (.flood, "answered with a line of more than \(limit) bytes")
        remedy = Self.protocolAlone
      case .answeredEarly:
        (kind, problem) = (.outOfOrder, "wrote a line before it had read the request")
        remedy = "Write to standard output only in answer to a request."
      }
    }

    /// Why an answer could not be read.
    init(_ error: DecodingError, in line: Data) {
      let text = String(decoding: line.prefix(1 << 16), as: UTF8.self)
      switch error {
      case .keyNotFound(let key, _):
        self.init(malformed: "answered without '\(key.stringValue)'")
      case .typeMismatch(_, let context), .valueNotFound(_, let context):
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        self.init(
          malformed: path.isEmpty
            ? "answered with JSON that is no object" : "answered with a '\(path)' of the wrong kind")
      case _ where text.contains("NaN") || text.contains("Infinity"):
        self.init(
          kind: .nonFinite, problem: "answered with a number that is not finite, which JSON does not have",
          remedy: "Write null for a loss that is not finite; the run then counts as diverged.")
      default:
        self.init(
          kind: .malformed, problem: "answered with a line that is not JSON", remedy: Self.protocolAlone)
      }
    }

    /// An answer that the protocol does not have.
    init(malformed problem: String) {
      self.init(
        kind: .malformed, problem: problem, remedy: "The messages are described in Docs/Trainee-protocol.md.")
    }
  }
}
