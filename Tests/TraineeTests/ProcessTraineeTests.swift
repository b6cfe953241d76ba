import Foundation
import Testing
import Trainee

@Suite("A trainee in a process of its own")
struct ProcessTraineeTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
  static let example =
    URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .path + "/Docs/Examples/trainees/standard_library.py"

  static func configuration(
    _ way: String, at request: String, once: String? = nil, messages: Messages = Messages()
  ) -> ProcessTrainee.Configuration {
    var configuration = ProcessTrainee.Configuration(
      arguments: ["python3", "\(folder)/misbehaving.py", way, request] + (once.map { [$0] } ?? []))
    configuration.onMessage = { messages.add($0) }
    configuration.timeLimits.close = 1
    return configuration
  }

  /// Everything that a trainee can be asked for, once.
  static func useAll(_ trainee: ProcessTrainee) throws {
    _ = try trainee.reset(seed: 1, stepBudget: 20, learningRate: 0.1)
    let observation = try trainee.train(learningRates: Array(repeating: 0.1, count: 10))
    #expect(observation.step == 10)
    let snapshot = try trainee.snapshot()
    #expect(try trainee.train(learningRates: Array(repeating: 0.2, count: 10)).step == 20)
    try trainee.restore(snapshot)
    #expect(try trainee.train(learningRates: Array(repeating: 0.3, count: 5)).step == 15)
    try trainee.discard(snapshot)
    #expect(try trainee.evaluate() == Evaluation(loss: 0.5, accuracy: 0.75))
  }

  @Test("A time limit of years is kept to, and an impossible number is refused before the process starts")
  func limits() throws {
    var configuration = Self.configuration("behaves", at: "none")
    configuration.timeLimits.train = 1e9
    let trainee = try ProcessTrainee(configuration: configuration)
    try Self.useAll(trainee)
    let changes: [(inout ProcessTrainee.Configuration) -> Void] = [
      { $0.timeLimits.reset = .infinity }, { $0.timeLimits.start = 0 }, { $0.timeLimits.close = .nan },
      { $0.restarts = -1 }, { $0.answerLimits.others = 10 }, { $0.arguments = [] },
    ]
    for change in changes {
      var configuration = configuration
      change(&configuration)
      let error = #expect(throws: TraineeProcessError.self) {
        try ProcessTrainee(configuration: configuration)
      }
      #expect(error?.kind == .notStarted)
    }
  }

  @Test("Every request is answered, and odd but lawful ways of writing are understood")
  func lawful() throws {
    for (way, request) in [
      ("behaves", "none"), ("slowly", "train"), ("chats", "train"), ("long", "train"), ("diverges", "train"),
    ] {
      let messages = Messages()
      let trainee = try ProcessTrainee(
        configuration: Self.configuration(way, at: request, messages: messages))
      try Self.useAll(trainee)
      #expect(trainee.hello.name == "test")
      #expect(trainee.hello.capabilities == [.evaluate, .snapshot])
      trainee.close()
      #expect(trainee.restartCount == 0)
      if way == "chats" {
        #expect(
          messages.all.prefix(2) == [
            "[trainee 0] loading data[31m", "[trainee 0] half a lineloading data[31m",
          ])
      } else {
        #expect(messages.all == [])
      }
    }
  }

  @Test("A loss that is null is a diverged run, not an error")
  func diverges() throws {
    let trainee = try ProcessTrainee(configuration: Self.configuration("diverges", at: "train"))
    _ = try trainee.reset(seed: 1, stepBudget: 20, learningRate: 0.1)
    let observation = try trainee.train(learningRates: [0.1])
    #expect(!observation.isFinite)
    #expect(observation.validationLoss == .infinity)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let way: String
    let request: String
    let kind: TraineeProcessError.Kind
    let words: [String]
    var testDescription: String { "\(way) at \(request)" }

    init(_ way: String, _ request: String, _ kind: TraineeProcessError.Kind, _ words: String...) {
      (self.way, self.request, self.kind, self.words) = (way, request, kind, words)
    }
  }

  static let cases = [
    Case("exits", "hello", .exited, "exit status 3", "hello", "cannot go on: no such device"),
    Case("exits", "train", .exited, "exit status 3", "train", "cannot go on: no such device"),
    Case("is killed", "train", .exited, "signal 9"),
    Case("hangs", "train", .timeLimit, "did not answer within 1.0 seconds"),
    Case("hangs deaf", "train", .timeLimit, "did not answer"),
    Case("closes output", "train", .exited, "closed its standard output"),
    Case("leaves a child", "train", .exited, "exit status 4"),
    Case("leaves a session", "train", .exited, "exit status 4"),
    Case("floods a line", "train", .flood, "more than 1048576 bytes", ": xxxx"),
    Case("floods lines", "train", .malformed, ": nonsense"),
    Case("floods errors", "train", .timeLimit, "yyyy"),
    Case("says nonsense", "train", .malformed, "not JSON", ": Epoch 1/10 done", "standard error"),
    Case("says half", "train", .malformed, "not JSON", "{\"id\": 2"),
    Case("says bytes", "train", .malformed, "not JSON"),
    Case("says a list", "train", .malformed, ": [1, 2]"),
    Case("says nothing of it", "train", .malformed, "without an 'observation'"),
    Case("says nothing of it", "hello", .version, "no version"),
    Case("says deep", "train", .malformed, "[[[["),
    Case("says NaN", "train", .nonFinite, "not finite", "NaN", "null"),
    Case("says infinity", "train", .nonFinite, "-Infinity"),
    Case("negative variance", "train", .malformed, "impossible weightVariance of -1.0"),
    Case("text for a number", "train", .malformed, "'observation.trainLoss' of the wrong kind"),
    Case("lacks a number", "train", .malformed, "without 'trainLoss'"),
    Case("other step", "train", .outOfOrder, "step 11 where step 10"),
    Case("other rate", "train", .outOfOrder, "0.2 where 0.1"),
    Case("other id", "train", .outOfOrder, "request 3 where 2"),
    Case("says twice", "reset", .outOfOrder, ": {\"id\": 1"),
    Case("fails", "train", .refused, "CUDA out of memory"),
    Case("impossible accuracy", "evaluate", .malformed, "accuracy of 1.5"),
    Case("cannot evaluate", "hello", .missingCapability, "capability 'snapshot'"),
    Case("other protocol", "hello", .version, "version 7"),
  ]

  @Test("Whatever a process does wrong is an error that quotes it, in time", arguments: cases)
  func misbehaves(_ example: Case) throws {
    var configuration = Self.configuration(example.way, at: example.request)
    if example.kind == .timeLimit { configuration.timeLimits.train = 1 }
    let error = #expect(throws: TraineeProcessError.self) {
      try Self.useAll(ProcessTrainee(configuration: configuration))
    }
    #expect(error?.kind == example.kind, "\(error.map { "\($0)" } ?? "")")
    for words in example.words {
      #expect(error?.description.contains(words) == true, "\(error?.description.prefix(2000) ?? "")")
    }
    #expect((error?.description.count ?? 0) < 3000)
    #expect(error?.description.contains("\u{1B}") == false)
  }

  @Test("A command that is not there cannot be started")
  func missingProgram() throws {
    let error = #expect(throws: TraineeProcessError.self) {
      try ProcessTrainee(configuration: .init(arguments: ["no-such-program-anywhere"]))
    }
    #expect(error?.kind == .notStarted)
    #expect(error?.allowsRestart == false)
    var configuration = ProcessTrainee.Configuration(commandLine: "no-such-program-anywhere --flag")
    configuration.onMessage = { _ in }
    let shellError = #expect(throws: TraineeProcessError.self) {
      try ProcessTrainee(configuration: configuration)
    }
    #expect(shellError?.kind == .exited)
    #expect(shellError?.description.contains("not found") == true)
  }

  @Test("After a failure the next reset starts the process again, and the failed run stays ended")
  func restarts() throws {
    let flag = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: flag) }
    let messages = Messages()
    let trainee = try ProcessTrainee(
      configuration: Self.configuration("exits", at: "train", once: flag, messages: messages))
    let error = #expect(throws: TraineeProcessError.self) { try Self.useAll(trainee) }
    #expect(error?.allowsRestart == true)
    #expect(throws: TraineeProcessError.self) { try trainee.train(learningRates: [0.1]) }
    try Self.useAll(trainee)
    #expect(trainee.restartCount == 1)
    #expect(messages.all.contains { $0.contains("failed 1 of at most 4 times in a row") })
  }

  @Test("A run that ends without a failure ends the row of failures, wherever a restore leaves it")
  func rowOfFailures() throws {
    let flag = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: flag) }
    let trainee = try ProcessTrainee(configuration: Self.configuration("exits", at: "train", once: flag))
    for _ in 0..<5 {
      let error = #expect(throws: TraineeProcessError.self) { try Self.useAll(trainee) }
      #expect(error?.allowsRestart == true)
      _ = try trainee.reset(seed: 1, stepBudget: 20, learningRate: 0.1)
      let snapshot = try trainee.snapshot()
      _ = try trainee.train(learningRates: [0.1, 0.1])
      try trainee.restore(snapshot)
      _ = try trainee.reset(seed: 2, stepBudget: 20, learningRate: 0.1)
      trainee.close()
      try FileManager.default.removeItem(atPath: flag)
    }
  }

  @Test("Restarts are bounded: the failure after the last one says that there are no more")
  func boundedRestarts() throws {
    let trainee = try ProcessTrainee(configuration: Self.configuration("exits", at: "train"))
    for failure in 1...4 {
      let error = #expect(throws: TraineeProcessError.self) { try Self.useAll(trainee) }
      #expect(error?.allowsRestart == (failure < 4))
    }
  }

  @Test("Twelve processes leave no open file behind")
  func leaks() throws {
    let before = Self.openFiles()
    for _ in 0..<12 {
      let trainee = try ProcessTrainee(configuration: Self.configuration("behaves", at: "none"))
      _ = try trainee.reset(seed: 1, stepBudget: 20, learningRate: 0.1)
    }
    // Other suites may open files at the same time, but not twelve times three.
    #expect(Self.openFiles() < before + 18)
  }

  @Test("The example of the standard library alone learns, goes back to a snapshot, and repeats itself")
  func standardLibrary() throws {
    var configuration = ProcessTrainee.Configuration(arguments: ["python3", Self.example])
    configuration.timeLimits.close = 2
    let trainee = try ProcessTrainee(configuration: configuration)
    var losses: [[Double]] = []
    for _ in 0..<2 {
      var observation = try trainee.reset(seed: .max, stepBudget: 60, learningRate: 0.3)
      var run = [observation.validationLoss]
      while observation.step < 60 {
        observation = try trainee.train(learningRates: Array(repeating: 0.3, count: 10))
        run.append(observation.validationLoss)
      }
      losses.append(run)
    }
    #expect(losses[0] == losses[1])
    #expect(losses[0][6] < 0.8 * losses[0][0])
    #expect(try trainee.evaluate().accuracy > 0.6)
  }

  /// Files that this process has open.
  static func openFiles() -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd").count) ?? 0
  }
}

/// Messages, from any thread.
final class Messages: @unchecked Sendable {
  // Unchecked: guarded by `lock`.
  private let lock = NSLock()
  private var messages: [String] = []

  var all: [String] { lock.withLock { messages } }

  func add(_ message: String) {
    lock.withLock { messages.append(message) }
  }
}
