import Files
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import MetaLR
import NIOConcurrencyHelpers
import NIOCore
import ServiceLifecycle
import UnixSignals

/// The service: learned rates for any training loop, over HTTP.
///
/// A request passes three hops: the server with its guard of connections, the router with its error middleware,
/// and a route. What changes anything goes on to the one writer of the database, and is answered after its commit.
public struct MetaLRService: Sendable {
  private let configuration: ServiceConfiguration
  private let store: RunStore
  private let hub: EventHub
  private let housekeeper: Housekeeper
  private let reloader: Reloader
  private let certificates: CertificateKeeper?
  private let trainings: TrainingQueue?
  private let audit: AuditTrail?
  private let logger: Logger
  let endpoints: Endpoints
  private let metrics: ServiceMetrics
  private let connections: ConnectionCount
  private let hasListened = Flag()

  /// Opens everything that the service needs.
  ///
  /// - Throws: `ConfigurationError` for an option out of its range; `FileError` when the database, the folder of
  ///   checkpoints, the file of tokens or the certificate cannot be used.
  public init(_ configuration: ServiceConfiguration) throws {
    try configuration.validate()
    self.configuration = configuration
    let format = configuration.logFormat
    let level = configuration.logLevel
    logger = Logger(label: "metalr") { LineLogHandler(label: $0, format: format, level: level) }
    let tokens = try configuration.tokens.map { [logger] in try TokenRegistry(path: $0, logger: logger) }
    let certificates = try configuration.certificate.map { [logger] in
      try CertificateKeeper($0, logger: logger)
    }
    self.certificates = certificates
    try Self.checkFolder(configuration.checkpoints)
    let registry = PrometheusRegistry()
    let metrics = ServiceMetrics(registry)
    let hub = EventHub()
    let guardian = try Guardian(configuration: configuration.guardian)
    store = try RunStore(
      path: configuration.database, metrics: StoreMetrics(registry), logger: logger,
      rules: RunRules(
        guardian: guardian, fallback: configuration.fallback, learns: configuration.learnsFromRuns),
      afterCommit: { events in
        hub.publish(events)
        for event in events { metrics.happened(event) }
      })
    self.hub = hub
    housekeeper = Housekeeper(store: store, retention: configuration.retention, logger: logger)
    connections = ConnectionCount(
      limit: configuration.limits.connections, perAddress: configuration.limits.connectionsPerAddress,
      metrics: metrics)
    let library = ControllerLibrary(folder: configuration.checkpoints)
    try configuration.trainings.map { try Self.createFolder($0.folder) }
    let queue = configuration.trainings.map { [store, logger] in
      TrainingQueue(store: store, library: library, configuration: $0, logger: logger)
    }
    trainings = queue
    let access = AccessControl(
      tokens: tokens, limiter: RateLimiter(perSecond: configuration.limits.requestsPerSecond))
    self.metrics = metrics
    let log = try configuration.auditLog.map { [logger] in
      try AuditLog(path: $0, failures: metrics.auditFailures, logger: logger)
    }
    audit = log.map { AuditTrail(log: $0, access: access) }
    reloader = Reloader(actions: [{ tokens?.reload() }, { log?.reopen() }, { certificates?.reload() }])
    endpoints = Endpoints(
      runs: RunRoutes(
        store: store, library: library, access: access, housekeeper: housekeeper, guardian: guardian,
        limits: configuration.limits),
      listing: RunListing(store: store, library: library, access: access),
      events: EventRoutes(store: store, hub: hub, access: access, metrics: metrics),
      trainings: TrainingRoutes(
        store: store, library: library, access: access, queue: queue, configuration: configuration.trainings,
        metrics: metrics, bodyBytes: configuration.limits.bodyBytes),
      status: StatusRoutes(
        readiness: Readiness(store: store, library: library, certificates: certificates),
        gauges: StatusGauges(registry, store: store, certificates: certificates),
        library: library, registry: registry, access: access),
      dashboard: Dashboard())
  }

  /// Serves until SIGTERM or SIGINT, then answers what is under way and returns.
  ///
  /// - Parameter onListening: Told the address and the port once connections are accepted.
  /// - Throws: ``ListenError`` when the address cannot be listened to.
  public func run(
    onListening: @escaping @Sendable (_ host: String, _ port: Int) -> Void = { _, _ in }
  ) async throws {
    try await run(signals: [.sigterm, .sigint], onListening: onListening)
  }

  func run(
    signals: [UnixSignal], onListening: @escaping @Sendable (_ host: String, _ port: Int) -> Void
  ) async throws {
    let limits = configuration.limits
    if let warning = OpenFiles.warning(connections: limits.connections) { logger.warning("\(warning)") }
    let application = Application(
      router: endpoints.router(metrics: metrics, audit: audit),
      server: .http1(
        .init(
          additionalChannelHandlers: [
            ConnectionGuard(
              count: connections, idleTimeout: .seconds(Int64(limits.idleSeconds)),
              requestTimeout: .seconds(Int64(limits.requestSeconds)))
          ],
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
            maxHeaderFieldCount: 100)),
        certificates: certificates),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port), backlog: 1024),
      services: [hub, SharedEvents(store: store, hub: hub), housekeeper, reloader]
        + (trainings.map { [$0] } ?? [])
        + (certificates.map { [$0] } ?? []),
      onServerRunning: { [logger, configuration, hasListened] channel in
        hasListened.raise()
        let port = channel.localAddress?.port ?? configuration.port
        if configuration.tokens == nil {
          logger.notice("no --tokens: everybody on this machine may use the service, and nobody else")
        }
        logger.notice(
          "listening",
          metadata: [
            "host": "\(configuration.host)", "port": "\(port)",
            "scheme": configuration.certificate == nil ? "http" : "https",
          ])
        onListening(configuration.host, port)
      },
      logger: logger)
    defer { store.close() }
    var group = ServiceGroupConfiguration(
      services: [application], gracefulShutdownSignals: signals, logger: logger)
    group.maximumGracefulShutdownDuration = .seconds(30)
    do {
      try await ServiceGroup(configuration: group).run()
    } catch  where !hasListened.isRaised && !(error is CancellationError) {
      throw ListenError(address: "\(configuration.host):\(configuration.port)", reason: "\(error)")
    }
    logger.notice("stopped")
  }

  private static func createFolder(_ path: String) throws(FileError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw FileError(
        path: path, problem: "cannot be made a folder (\(error.localizedDescription))",
        remedy: "Give a folder that this user may write to.")
    }
  }

  private static func checkFolder(_ path: String) throws(FileError) {
    guard (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil else {
      throw FileError(
        path: path, problem: "is not a folder that can be read",
        remedy: "Give the folder of the checkpoints; `metalr train-controller` writes them.")
    }
  }
}

/// The address that was asked for cannot be listened to.
public struct ListenError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Host and port.
  public let address: String
  /// What the system said.
  public let reason: String

  /// A sentence for the user, with the remedy.
  public var description: String {
    "\(address) cannot be listened to (\(reason)). Stop what listens there, or give another address."
  }
}

/// Something that happens once.
private final class Flag: Sendable {
  private let state = NIOLockedValueBox(false)

  var isRaised: Bool { state.withLockedValue { $0 } }

  func raise() { state.withLockedValue { $0 = true } }
}
