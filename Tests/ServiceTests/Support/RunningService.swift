import Foundation
import MetaLR
import Testing

@testable import Service

/// A service in this process, on a port that the system chose.
struct RunningService {
  let port: Int
  let folder: String

  func client() throws -> TestClient { try TestClient(port: port) }

  /// Starts a service, does `work` with it, and stops it.
  static func with(
    _ configure: (inout ServiceConfiguration) throws -> Void = { _ in },
    _ work: (RunningService) async throws -> Void
  ) async throws {
    let folder = try Sample.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var configuration = ServiceConfiguration(
      checkpoints: folder + "/checkpoints", database: folder + "/runs.sqlite")
    configuration.port = 0
    configuration.logLevel = .critical
    // A test waits for its turn on a busy machine, and its connections with it.
    configuration.limits.idleSeconds = 600
    configuration.limits.requestSeconds = 60
    try configure(&configuration)
    let service = try MetaLRService(configuration)
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let task = Task {
      defer { continuation.finish() }
      try await service.run(signals: []) { _, port in continuation.yield(port) }
    }
    var iterator = ports.makeAsyncIterator()
    guard let port = await iterator.next() else {
      try await task.value
      return
    }
    do {
      try await work(RunningService(port: port, folder: folder))
    } catch {
      task.cancel()
      _ = await task.result
      throw error
    }
    task.cancel()
    _ = await task.result
  }

  /// The body of an observation, its names sorted.
  static func body(_ step: Int, noise: Double = 0) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(Sample.observation(step, noise: noise)), as: UTF8.self)
  }

  static let opening = """
    {"controller": "sample", "initialLearningRate": 0.01, "totalSteps": 100, "interval": 10, \
    "labels": {"job": "a"}}
    """
}
