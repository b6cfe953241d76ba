import Logging
import ServiceLifecycle

/// Ends what nobody ends: runs that fell silent, runs that are past their retention, what deleted runs leave behind.
///
/// Everything is done in small transactions, between those of the clients.
final class Housekeeper: ServiceLifecycle.Service {
  private let store: RunStore
  private let retention: ServiceConfiguration.Retention
  private let logger: Logger
  private let wakeups: AsyncStream<Void>
  private let waker: AsyncStream<Void>.Continuation
  private let start = (wall: Timestamp.now(), monotonic: ContinuousClock.now)

  private static let pause = Duration.seconds(60)

  init(store: RunStore, retention: ServiceConfiguration.Retention, logger: Logger) {
    self.store = store
    self.retention = retention
    self.logger = logger
    (wakeups, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// There is something to do before the next minute.
  func wake() { waker.yield() }

  /// Works once a minute, and whenever it is woken.
  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      await withTaskGroup(of: Void.self) { group in
        group.addTask { [waker] in
          repeat { waker.yield() } while (try? await Task.sleep(for: Self.pause)) != nil
        }
        group.addTask { for await _ in self.wakeups { await self.work(now: self.now()) } }
      }
    }
  }

  /// A clock that was set forward shall not delete what is young: the time is at most what has passed since the start.
  private func now() -> Int64 {
    let passed = Int64((ContinuousClock.now - start.monotonic) / .milliseconds(1))
    return min(Timestamp.now(), start.wall + passed)
  }

  /// Does what there is to do at a time, in milliseconds since 1970.
  func work(now: Int64) async {
    do throws(ServiceError) {
      if let cutoff = retention.abandonment(at: now) {
        let count = try await store.abandon(silentSince: cutoff)
        if count > 0 { logger.notice("silent runs were abandoned", metadata: ["runs": "\(count)"]) }
      }
      if let cutoff = retention.expiry(at: now) {
        let count = try await store.expire(endedBefore: cutoff)
        try await store.expireTrainings(endedBefore: cutoff)
        if count > 0 {
          logger.notice("runs past their retention were deleted", metadata: ["runs": "\(count)"])
        }
      }
      while try await store.sweep() {}
      while try await store.shrink() {}
    } catch {
      logger.error("housekeeping failed, and is tried again in a minute", metadata: ["code": "\(error.code)"])
    }
  }
}
