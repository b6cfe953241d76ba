import Logging
import NIOConcurrencyHelpers
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
  private let start = ContinuousClock.now
  private let clock = NIOLockedValueBox(RetentionClock(wall: Timestamp.now(), monotonic: 0))

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
        group.addTask {
          for await _ in self.wakeups {
            let passed = Int64((ContinuousClock.now - self.start) / .milliseconds(1))
            let now = self.clock.withLockedValue { $0.now(wall: Timestamp.now(), monotonic: passed) }
            await self.work(now: now, age: passed)
          }
        }
      }
    }
  }

  /// Does what there is to do.
  ///
  /// - Parameters:
  ///   - now: The time, in milliseconds since 1970.
  ///   - age: How long the service has run, in milliseconds: after a long time without it jobs need some to report.
  func work(now: Int64, age: Int64 = .max) async {
    do throws(ServiceError) {
      if let cutoff = retention.abandonment(at: now, age: age) {
        let count = try await store.abandon(silentSince: cutoff)
        if count > 0 { logger.notice("silent runs were abandoned", metadata: ["runs": "\(count)"]) }
      }
      if let cutoff = retention.expiry(at: now, age: age) {
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
