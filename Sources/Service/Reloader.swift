import ServiceLifecycle
import UnixSignals

/// Does at SIGHUP what may be done while the service runs: reading tokens again, opening the audit log again.
///
/// It runs also where there is nothing to do, since SIGHUP ends a program that does not ask for it.
struct Reloader: ServiceLifecycle.Service {
  let actions: [@Sendable () -> Void]

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in await UnixSignalsSequence(trapping: .sighup) {
        for action in actions { action() }
      }
    }
  }
}
