import Foundation

/// A trainee in a process of its own, in any language: JSON lines over its standard input and output.
///
/// ```swift
/// let configuration = ProcessTrainee.Configuration(commandLine: "python3 trainee.py --model resnet18")
/// let pool = TraineePool(workers: 2, makeTrainee: ProcessTrainee.factory(configuration))
/// ```
///
/// Docs/Trainee-protocol.md describes the messages. A process that ends, hangs, floods or answers nonsense is
/// killed with all its children, and the call throws a ``TraineeProcessError``; the next `reset` starts it again,
/// as often as ``Configuration/restarts`` allows.
public final class ProcessTrainee: Trainee {
  /// Which process, and how patient to be with it.
  public let configuration: Configuration
  /// Number of the worker, from 0, told to the process so that it can choose its device.
  public let worker: Int
  /// How the process introduced itself.
  public private(set) var hello: TraineeHello
  /// How often the process was started again.
  public private(set) var restartCount = 0

  private var connection: TraineeConnection?
  private var run: Run?
  private var failuresInARow = 0
  private var hasFailedSinceReset = false

  private struct Run {
    let stepBudget: Int
    var step = 0
  }

  /// Starts the process and waits for its introduction.
  ///
  /// - Parameters:
  ///   - configuration: Which process, and how patient to be with it.
  ///   - worker: Number of the worker, from 0.
  /// - Throws: ``TraineeProcessError``.
  public init(configuration: Configuration, worker: Int = 0) throws(TraineeProcessError) {
    self.configuration = configuration
    self.worker = worker
    let connection = try TraineeConnection(configuration, worker: worker)
    hello = try connection.sayHello()
    self.connection = connection
  }

  deinit {
    close()
  }

  /// Asks the process to end, and kills it if it does not; further calls throw, except `reset`, which starts it
  /// again.
  public func close() {
    connection?.close()
    connection = nil
    run = nil
  }

  /// Kills the processes of all trainees, for a program that is to end at once.
  public static func killAll() { ChildProcess.killAll() }

  /// Begins a run; starts the process again if it failed before.
  ///
  /// The process is given the lowest 53 bits of the seed, which every JSON reader holds exactly.
  ///
  /// - Throws: ``TraineeProcessError``.
  public func reset(seed: UInt64, stepBudget: Int, learningRate: Double) throws -> Observation {
    precondition(stepBudget >= 1, "a run needs at least one step, got \(stepBudget)")
    if !hasFailedSinceReset, run != nil { failuresInARow = 0 }
    hasFailedSinceReset = false
    run = nil
    try reconnect()
    var request = TraineeMessage.Request(.reset)
    request.seed = seed & TraineeMessage.largestSeed
    request.stepBudget = stepBudget
    request.learningRate = learningRate
    let observation = try observe(
      request, within: configuration.timeLimits.reset, step: 0, stepBudget: stepBudget,
      learningRate: learningRate)
    run = Run(stepBudget: stepBudget)
    return observation
  }

  /// Takes one step at each of the rates.
  ///
  /// - Throws: ``TraineeProcessError``, after which the run is over.
  public func train(learningRates: [Double]) throws -> Observation {
    precondition(!learningRates.isEmpty, "train needs at least one learning rate")
    let run = try requireRun(.train)
    var request = TraineeMessage.Request(.train)
    request.learningRates = learningRates
    let observation = try observe(
      request, within: configuration.timeLimits.train, step: run.step + learningRates.count,
      stepBudget: run.stepBudget, learningRate: learningRates[learningRates.count - 1])
    self.run?.step = observation.step
    return observation
  }

  /// One trial step on the first batch, undone; nil where the process lacks the capability.
  ///
  /// - Throws: ``TraineeProcessError``.
  public func look(learningRate: Double) throws -> Observation? {
    guard hello.capabilities.contains(.look) else { return nil }
    let run = try requireRun(.look)
    var request = TraineeMessage.Request(.look)
    request.learningRate = learningRate
    return try observe(
      request, within: configuration.timeLimits.reset, step: 0, stepBudget: run.stepBudget,
      learningRate: learningRate)
  }

  /// Loss and accuracy on the test split.
  ///
  /// - Throws: ``TraineeProcessError``, also when the process lacks the capability.
  public func evaluate() throws -> Evaluation {
    try require(.evaluate, for: .evaluate)
    return try askDuringRun(TraineeMessage.Request(.evaluate), within: configuration.timeLimits.evaluate) {
      (connection, answer) throws(TraineeProcessError) in
      guard let scores = answer.evaluation else {
        throw connection.malformed("answered without an 'evaluation'")
      }
      guard (0...1).contains(scores.accuracy) else {
        throw connection.malformed("answered with an accuracy of \(scores.accuracy), which is not in [0, 1]")
      }
      return Evaluation(loss: scores.loss, accuracy: scores.accuracy)
    }
  }

  /// The process's own name for its state, to be given back to it; it need not mean anything elsewhere.
  ///
  /// - Throws: ``TraineeProcessError``, also when the process lacks the capability.
  public func snapshot() throws -> Data {
    try require(.snapshot, for: .snapshot)
    let step = try requireRun(.snapshot).step
    return try askDuringRun(TraineeMessage.Request(.snapshot), within: configuration.timeLimits.snapshot) {
      (connection, answer) throws(TraineeProcessError) in
      guard let text = answer.snapshot else {
        throw connection.malformed("answered without a 'snapshot'")
      }
      return Data("\(step) \(text)".utf8)
    }
  }

  /// Goes back to a snapshot of the present run.
  ///
  /// - Throws: ``TraineeProcessError``, also when the process lacks the capability.
  public func restore(_ snapshot: Data) throws {
    let (step, text) = try parts(of: snapshot, for: .restore)
    var request = TraineeMessage.Request(.restore)
    request.snapshot = text
    request.step = step
    try askDuringRun(request, within: configuration.timeLimits.snapshot) { _, _ throws(TraineeProcessError) in
    }
    run?.step = step
  }

  /// Lets the process forget a snapshot.
  ///
  /// - Throws: ``TraineeProcessError``, also when the process lacks the capability.
  public func discard(_ snapshot: Data) throws {
    var request = TraineeMessage.Request(.discard)
    request.snapshot = try parts(of: snapshot, for: .discard).text
    try askDuringRun(request, within: configuration.timeLimits.snapshot) { _, _ throws(TraineeProcessError) in
    }
  }
}

extension ProcessTrainee {
  private func reconnect() throws(TraineeProcessError) {
    guard connection == nil else { return }
    do {
      let connection = try TraineeConnection(configuration, worker: worker)
      self.connection = connection
      hello = try connection.sayHello()
    } catch {
      throw failed(error)
    }
  }

  private func observe(
    _ request: TraineeMessage.Request, within seconds: Double, step: Int, stepBudget: Int,
    learningRate: Double
  ) throws(TraineeProcessError) -> Observation {
    try ask(request, within: seconds) { (connection, answer) throws(TraineeProcessError) in
      guard let reading = answer.observation else {
        throw connection.malformed("answered without an 'observation'")
      }
      guard reading.step == step else {
        throw connection.failure(
          .outOfOrder, "answered about step \(reading.step) where step \(step) was due",
          remedy: "Count one step for each learning rate, from 0 at reset.")
      }
      guard reading.learningRate == learningRate else {
        throw connection.failure(
          .outOfOrder,
          "answered about a learning rate of \(reading.learningRate) where \(learningRate) was asked for",
          remedy: "Train at the rates given, and report the last of them.")
      }
      if let impossible = reading.impossible {
        throw connection.malformed("answered with an impossible \(impossible)")
      }
      return Observation(
        step: step, stepBudget: stepBudget, learningRate: learningRate, measures: reading.measures)
    }
  }

  private func askDuringRun<Value>(
    _ request: TraineeMessage.Request, within seconds: Double,
    reading: (TraineeConnection, TraineeMessage.Answer) throws(TraineeProcessError) -> Value
  ) throws(TraineeProcessError) -> Value {
    _ = try requireRun(request.request)
    return try ask(request, within: seconds, reading: reading)
  }

  private func ask<Value>(
    _ request: TraineeMessage.Request, within seconds: Double,
    reading: (TraineeConnection, TraineeMessage.Answer) throws(TraineeProcessError) -> Value
  ) throws(TraineeProcessError) -> Value {
    guard let connection else { throw noRun(request.request) }
    do {
      return try reading(connection, connection.ask(request, within: seconds))
    } catch {
      throw failed(error)
    }
  }

  /// Ends the process, whose state is unknown from here on, and says whether it may be started again.
  private func failed(_ error: TraineeProcessError) -> TraineeProcessError {
    connection?.abandon()
    connection = nil
    run = nil
    hasFailedSinceReset = true
    failuresInARow += 1
    var error = error
    error.allowsRestart = failuresInARow <= configuration.restarts
    if error.allowsRestart {
      restartCount += 1
      configuration.onMessage(
        "\(TraineeConnection.prefix(worker))failed \(failuresInARow) of at most \(configuration.restarts + 1) "
          + "times in a row: \(error)")
    }
    return error
  }

  private func requireRun(_ name: TraineeMessage.Name) throws(TraineeProcessError) -> Run {
    guard let run else { throw noRun(name) }
    return run
  }

  private func noRun(_ name: TraineeMessage.Name) -> TraineeProcessError {
    error(
      .noRun, name, "has no run under way", remedy: "Begin one with reset; a failure ends the run before it.")
  }

  private func require(
    _ capability: TraineeHello.Capability, for name: TraineeMessage.Name
  ) throws(TraineeProcessError) {
    guard hello.capabilities.contains(capability) else {
      throw error(
        .missingCapability, name, "does not have the capability '\(capability.rawValue)'",
        remedy: "Answer the request, and name the capability in the answer to hello.")
    }
  }

  private func parts(
    of snapshot: Data, for name: TraineeMessage.Name
  ) throws(TraineeProcessError) -> (step: Int, text: String) {
    try require(.snapshot, for: name)
    let parts = String(decoding: snapshot, as: UTF8.self).split(
      separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let step = Int(parts[0]) else {
      throw error(
        .refused, name, "was given a snapshot that it did not make",
        remedy: "Give back snapshots of this trainee only.")
    }
    return (step, String(parts[1]))
  }

  private func error(
    _ kind: TraineeProcessError.Kind, _ name: TraineeMessage.Name, _ problem: String, remedy: String
  ) -> TraineeProcessError {
    TraineeProcessError(
      kind: kind, command: configuration.command, request: name.rawValue, problem: problem, line: nil,
      lastWords: [], remedy: remedy)
  }
}
