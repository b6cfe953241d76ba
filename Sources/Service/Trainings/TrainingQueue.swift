import Foundation
import Logging
import ServiceLifecycle

/// Works off the queue of trainings, each in a process of its own.
///
/// The database alone says what is to be done: after a crash, what ran then is queued again and goes on from the state
/// that its worker saved.
final class TrainingQueue: ServiceLifecycle.Service {
  let store: RunStore
  let library: ControllerLibrary
  let logger: Logger
  let configuration: ServiceConfiguration.Trainings
  /// How long a worker may take to save its state.
  private static let patience = Duration.seconds(20)

  init(
    store: RunStore, library: ControllerLibrary, configuration: ServiceConfiguration.Trainings,
    logger: Logger
  ) {
    self.store = store
    self.library = library
    self.configuration = configuration
    self.logger = logger
  }

  /// Works until the service ends; workers then save their state.
  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      await begin()
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<configuration.slots { group.addTask { await self.work() } }
      }
    }
  }

  /// Takes up what an earlier service left, once the database can be used.
  private func begin() async {
    while !Task.isCancelled {
      do throws(ServiceError) {
        try await store.requeueTrainings()
        return try await clean()
      } catch {
        logger.error("trainings cannot be taken up yet", metadata: ["code": "\(error.code)"])
        try? await Task.sleep(for: configuration.pulse)
      }
    }
  }

  /// Checks a training before it is queued, by a worker that does nothing else.
  ///
  /// - Throws: ``ServiceError`` with what the worker said.
  func check(_ request: TrainingRequest) async throws(ServiceError) {
    let folder = folder(of: Self.checkPrefix + UUID().uuidString)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let end: TrainingWorker.End
    do {
      try request.prepare(folder)
      end = await (try worker(request, folder, ["--check"])).wait()
    } catch {
      logger.error("a training could not be checked", metadata: ["error": "\(error)"])
      throw .workerUnavailable
    }
    guard end.status != 0 else { return }
    guard end.status == Self.usageStatus else {
      logger.error("a training could not be checked", metadata: ["error": "\(end.message)"])
      throw .workerUnavailable
    }
    throw .invalid(
      Self.sentence(end.message, without: folder),
      remedy: "Send the JSON object that /openapi.yaml describes.")
  }

  /// What `sysexits.h` calls EX_USAGE: with these options it will never work.
  static let usageStatus: Int32 = 64

  /// Removes what a training that is over left.
  func discard(_ id: String) { try? FileManager.default.removeItem(atPath: folder(of: id)) }

  private func folder(of id: String) -> String { configuration.folder + "/" + id }

  /// Removes what no training of the database needs, as after a kill between its end and its removal.
  private func clean() async throws(ServiceError) {
    let needed = Set(try await store.pendingTrainings())
    for name in (try? FileManager.default.contentsOfDirectory(atPath: configuration.folder)) ?? []
    where RunStore.isIdentifier(name) && !needed.contains(name) || name.hasPrefix(Self.checkPrefix) {
      discard(name)
    }
  }

  private static let checkPrefix = ".check-"

  private func worker(_ request: TrainingRequest, _ folder: String, _ flags: [String]) throws
    -> TrainingWorker
  {
    try TrainingWorker(
      command: configuration.worker + flags + ["--service", "\(getpid())", "--"]
        + request.arguments(in: folder, configuration))
  }

  private func work() async {
    while !Task.isCancelled {
      do throws(ServiceError) {
        if let training = try await store.takeTraining() {
          await train(training)
          continue
        }
      } catch {
        logger.error("the queue of trainings cannot be read", metadata: ["code": "\(error.code)"])
      }
      try? await Task.sleep(for: configuration.pulse)
    }
  }

  /// Does a training, from wherever it stands, to its end or that of the service.
  private func train(_ training: Training) async {
    let folder = folder(of: training.id)
    logger.notice(
      "a training begins or goes on", metadata: ["id": "\(training.id)", "name": "\(training.request.name)"])
    let end: TrainingWorker.End
    do {
      try training.request.prepare(folder)
      let worker = try worker(training.request, folder, [])
      end = await accompany(worker, training)
    } catch {
      end = TrainingWorker.End(status: 1, message: "The worker could not be started: \(error)")
    }
    let isStopped = Task.isCancelled
    var pause: Duration?
    repeat {
      // In a task of its own: the end of the service shall not keep the database from being told.
      pause = await Task { await self.settle(training, folder, end, isStopped: isStopped) }.value
      try? await Task.sleep(for: pause ?? configuration.pulse)
    } while pause == nil && !Task.isCancelled
  }

  /// Stores what a worker tells, and stops it when it is no longer wanted.
  private func accompany(_ worker: TrainingWorker, _ training: Training) async -> TrainingWorker.End {
    let progress = TrainingProgress(episodes: training.episodes)
    let accompanying = Task {
      while (try? await Task.sleep(for: configuration.pulse)) != nil {
        guard await isWanted(training, progress) else { return await Self.end(worker) }
      }
    }
    let end = await withTaskCancellationHandler {
      await worker.wait { progress.add($0) }
    } onCancel: {
      Task { await Self.end(worker) }
    }
    accompanying.cancel()
    await accompanying.value
    while await Task(operation: { await isWanted(training, progress) }).value, progress.hasNews,
      !Task.isCancelled
    {
      try? await Task.sleep(for: configuration.pulse)
    }
    return end
  }

  /// Stores what a worker has told.
  ///
  /// - Returns: Whether the training is still to run; true where the database cannot be asked.
  private func isWanted(_ training: Training, _ progress: TrainingProgress) async -> Bool {
    let news = progress.take()
    do throws(ServiceError) {
      guard let news else { return try await store.training(training.id, of: .everybody).status == .running }
      return try await store.record(news.updates, episodes: news.episodes, of: training.id)
    } catch {
      if let news { progress.putBack(news) }
      logger.error("progress could not be stored, and will be", metadata: ["code": "\(error.code)"])
      return error.status != 404
    }
  }

  private static func end(_ worker: TrainingWorker) async {
    worker.stop()
    try? await Task.sleep(for: patience)
    worker.kill()
  }
}
