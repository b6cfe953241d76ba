import Foundation

/// A conversation with one process, from hello to close.
final class TraineeConnection {
  private let configuration: ProcessTrainee.Configuration
  private let worker: Int
  private let exchange: LineExchange
  private var nextID = 0
  private var request = TraineeMessage.Name.hello
  private var line = Data()

  static func prefix(_ worker: Int) -> String { "[trainee \(worker)] " }

  /// Starts the process.
  init(_ configuration: ProcessTrainee.Configuration, worker: Int) throws(TraineeProcessError) {
    self.configuration = configuration
    self.worker = worker
    do {
      try configuration.validate()
    } catch {
      throw TraineeProcessError(
        kind: .notStarted, command: configuration.command, request: "hello", problem: "was not started",
        line: nil,
        lastWords: [], remedy: error.description)
    }
    do {
      exchange = LineExchange(
        child: try ChildProcess(
          arguments: configuration.arguments, environment: configuration.environment),
        relay: ErrorRelay(prefix: Self.prefix(worker), onMessage: configuration.onMessage))
    } catch {
      throw TraineeProcessError(
        kind: .notStarted, command: configuration.command, request: "hello",
        problem: "could not be started (\(error.words))", line: nil, lastWords: [],
        remedy: "Check the command, and that the program is installed.")
    }
  }

  /// Exchanges introductions.
  func sayHello() throws(TraineeProcessError) -> TraineeHello {
    var hello = TraineeMessage.Request(.hello)
    hello.protocol = TraineeMessage.version
    hello.worker = worker
    let answer = try ask(hello, within: configuration.timeLimits.start)
    guard let spoken = answer.protocol, TraineeMessage.spoken.contains(spoken) else {
      let version = answer.protocol.map { "version \($0)" } ?? "no version"
      throw failure(
        .version, "speaks \(version) of the trainee protocol; this build speaks \(TraineeMessage.version)",
        remedy: "Answer hello with \"protocol\": \(TraineeMessage.version), or upgrade.")
    }
    return try decode(TraineeHello.self)
  }

  /// Sends a request and reads its answer.
  func ask(
    _ request: TraineeMessage.Request, within seconds: Double
  ) throws(TraineeProcessError) -> TraineeMessage.Answer {
    var request = request
    request.id = nextID
    nextID += 1
    self.request = request.request
    line = Data()
    let limits = configuration.answerLimits
    line = try exchangeLine(
      request, within: seconds, limit: request.request == .snapshot ? limits.snapshot : limits.others)
    let header = try decode(TraineeMessage.Header.self)
    guard header.id == request.id else {
      throw failure(
        .outOfOrder, "answered request \(header.id) where \(request.id) was due",
        remedy: "Answer each request once, in order, with its id.")
    }
    let answer = try decode(TraineeMessage.Answer.self)
    if let message = answer.error {
      throw failure(
        .refused, "says '\(message.prefix(500))'", remedy: "See what its own message asks for.")
    }
    return answer
  }

  /// Asks the process to end by itself, and sees to it that it does.
  func close() {
    let limit = configuration.timeLimits.close
    _ = try? ask(TraineeMessage.Request(.close), within: limit)
    exchange.child.end(within: limit)
    exchange.drainErrors()
  }

  /// Ends the process without further words.
  func abandon() {
    exchange.child.end(within: 0)
    exchange.drainErrors()
  }

  func malformed(_ problem: String) -> TraineeProcessError { failure(.init(malformed: problem)) }

  private func failure(_ sentence: TraineeProcessError.Sentence) -> TraineeProcessError {
    failure(sentence.kind, sentence.problem, remedy: sentence.remedy)
  }

  /// An error about the present request and the line that answered it.
  func failure(
    _ kind: TraineeProcessError.Kind, _ problem: String, remedy: String
  ) -> TraineeProcessError {
    exchange.drainErrors()
    let text = String(decoding: line.prefix(400), as: UTF8.self).printable
    return TraineeProcessError(
      kind: kind, command: configuration.command, request: request.rawValue, problem: problem,
      line: line.isEmpty ? nil : text.count > 200 ? "\(text.prefix(200))..." : text,
      lastWords: exchange.relay.lastWords, remedy: remedy)
  }

  private func exchangeLine(
    _ request: TraineeMessage.Request, within seconds: Double, limit: Int
  ) throws(TraineeProcessError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let message = try? encoder.encode(request) else {
      throw malformed("cannot be asked for rates that are not finite")
    }
    do {
      return try exchange.exchange(message, within: seconds, limit: limit)
    } catch {
      if case .tooLong(let beginning) = error { line = beginning }
      if case .answeredEarly(let early) = error { line = early }
      throw failure(.init(error, within: seconds, limit: limit))
    }
  }

  private func decode<Value: Decodable>(_ type: Value.Type) throws(TraineeProcessError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: line)
    } catch let error as DecodingError {
      throw failure(.init(error, in: line))
    } catch {
      throw malformed("answered with a line that cannot be read")
    }
  }
}
