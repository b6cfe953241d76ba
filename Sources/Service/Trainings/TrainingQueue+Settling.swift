import Foundation

extension TrainingQueue {
  /// Workers that may end without an update between them.
  private static let mostAttempts = 3
  /// Pause before a worker that ended is started again, times the attempts.
  private var pause: Duration { configuration.pulse * 5 }

  /// Draws the conclusions from the end of a worker.
  ///
  /// - Returns: How long to wait before the next; nil where they could not be stored, and are to be drawn again.
  func settle(
    _ training: Training, _ folder: String, _ end: TrainingWorker.End, isStopped: Bool
  ) async -> Duration? {
    do throws(ServiceError) {
      guard try await store.training(training.id, of: .everybody).status == .running else {
        discard(training.id)
        return .zero
      }
      if end.status == 0 {
        switch await publish(training, folder) {
        case .published(let hash):
          try await finish(training, hash)
          return .zero
        case .refused(let failure, let isFinal): return try await retry(training, failure, isFinal: isFinal)
        }
      }
      guard !isStopped else {
        try await store.change(training.id) { if $0.status == .running { $0.status = .queued } }
        return .zero
      }
      return try await retry(
        training, Self.sentence(end.message, without: folder), isFinal: end.status == Self.usageStatus)
    } catch {
      guard error.status != 404 else {
        discard(training.id)
        return .zero
      }
      logger.error(
        "the end of a training could not be stored, and will be", metadata: ["code": "\(error.code)"])
      return nil
    }
  }

  private enum Publication {
    case published(hash: String)
    case refused(String, isFinal: Bool)
  }

  /// Puts the controller among those of the service.
  private func publish(_ training: Training, _ folder: String) async -> Publication {
    do {
      return .published(hash: try await library.add(training.request.name, from: folder))
    } catch let error as ServiceError {
      return .refused(error.description, isFinal: error.status == 409)
    } catch {
      return .refused(Self.sentence("\(error)", without: folder), isFinal: false)
    }
  }

  private func finish(_ training: Training, _ hash: String) async throws(ServiceError) {
    let now = store.clock()
    try await store.change(training.id) { training in
      training.status = .finished
      training.ended = now
      training.controllerHash = hash
    }
    discard(training.id)
    logger.notice(
      "a controller was trained", metadata: ["name": "\(training.request.name)", "hash": "\(hash)"])
  }

  private func retry(
    _ training: Training, _ failure: String, isFinal: Bool
  ) async throws(ServiceError) -> Duration {
    let now = store.clock()
    let after = try await store.change(training.id) { training in
      // Somebody may have cancelled it since.
      guard training.status == .running else { return }
      training.attempts += 1
      guard isFinal || training.attempts >= Self.mostAttempts else {
        training.status = .queued
        return
      }
      training.status = .failed
      training.ended = now
      training.failure = failure
    }
    logger.error(
      "the worker of a training ended",
      metadata: ["id": "\(training.id)", "attempts": "\(after.attempts)", "error": "\(failure)"])
    guard after.status != .queued else { return pause * after.attempts }
    discard(training.id)
    return .zero
  }

  /// What a worker said went wrong, less the path of its folder.
  static func sentence(_ message: String, without folder: String) -> String {
    let prefix = "metalr: error: "
    let lines = message.split(separator: "\n")
    let line = lines.last { $0.hasPrefix(prefix) }?.dropFirst(prefix.count) ?? lines.last
    guard let line else { return "The worker ended without a word; a signal may have ended it." }
    return String(line.replacing(folder + "/", with: "").prefix(500))
  }
}
