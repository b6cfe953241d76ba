import Files
import Logging
import MetaLR

/// What a service is started with.
public struct ServiceConfiguration: Sendable {
  /// The folder of checkpoints; the only files that a request can reach.
  public var checkpoints: String
  /// The database: a file, created when missing, or `postgres://user@host/name`.
  public var database: String
  /// The address to listen to; "127.0.0.1" by default.
  public var host: String
  /// The port to listen to, 0 for any; 8080 by default.
  public var port: Int
  /// The file of tokens; nil lets everybody on this machine in, and nobody else.
  public var tokens: String?
  /// The files of the certificate for HTTPS; nil, the default, for HTTP without TLS.
  public var certificate: CertificateFiles?
  /// Whether tokens may travel to an address that others can reach without TLS; false by default, true where a proxy
  /// in front has the TLS.
  public var allowsInsecureTokens = false
  /// The file that tells who did what; nil for none.
  public var auditLog: String?
  /// Takes over where a controller is not to be trusted, in runs opened from now on; nil for nobody.
  public var fallback: ServiceFallback?
  /// Thresholds of the guardian in runs opened from now on; a run keeps those that it began with.
  public var guardian: Guardian.Configuration
  /// Whether controllers may learn from runs opened from now on whose jobs do not say it; false by default.
  public var learnsFromRuns = false
  /// Limits on what clients may use.
  public var limits: Limits
  /// How long runs are kept.
  public var retention: Retention
  /// How controllers are trained; nil, the default, for not at all.
  public var trainings: Trainings?
  /// How log lines look; text by default.
  public var logFormat: LogFormat
  /// The least severe lines that are logged; `notice` by default, `debug` logs every request.
  public var logLevel: Logger.Level

  /// Creates a configuration with the documented defaults.
  public init(checkpoints: String, database: String) {
    self.checkpoints = checkpoints
    self.database = database
    host = "127.0.0.1"
    port = 8080
    guardian = Guardian.Configuration()
    limits = Limits()
    retention = Retention()
    logFormat = .text
    logLevel = .notice
  }

  /// Checks the numbers against the ranges that the properties document.
  ///
  /// - Throws: `ConfigurationError` that names the number.
  public func validate() throws(ConfigurationError) {
    try guardian.validate()
    guard (0...65_535).contains(port) else {
      throw ConfigurationError(name: "port", value: "\(port)", expected: "a number from 0 to 65535")
    }
    guard tokens != nil || AccessControl.isLoopback(host) else {
      throw ConfigurationError(
        name: "address to listen to",
        value: "'\(host)', which others can reach, and there is no file of tokens",
        expected: "--tokens, or listen to 127.0.0.1")
    }
    guard certificate != nil || allowsInsecureTokens || AccessControl.isLoopback(host) else {
      throw ConfigurationError(
        name: "address to listen to",
        value:
          "'\(host)', which others can reach, and the service has no TLS: anybody on the way can read the tokens",
        expected:
          "--certificate and --private-key, 127.0.0.1 behind a proxy with TLS on this machine, or --insecure-tokens"
      )
    }
    for (name, value) in [
      ("limit on the body", Double(limits.bodyBytes)), ("limit on the head", Double(limits.headerBytes)),
      ("rate of requests", limits.requestsPerSecond), ("number of runs a token", Double(limits.runsPerToken)),
      ("number of connections", Double(limits.connections)),
      ("number of connections from an address", Double(limits.connectionsPerAddress)),
      ("time for a request", Double(limits.requestSeconds)), ("idle time", Double(limits.idleSeconds)),
    ] where !(value >= 1 && value <= 1e9) {
      throw ConfigurationError(name: name, value: "\(value)", expected: "a number from 1 to 1000000000")
    }
    try trainings?.validate()
    guard trainings == nil || PostgresAddress(database) == nil else {
      throw ConfigurationError(
        name: "database", value: "of PostgreSQL, where trainings are not kept",
        expected: "a file where the service trains controllers")
    }
    for (name, value) in [
      ("hours until a run is abandoned", retention.abandonHours),
      ("days that runs are kept", retention.retainDays),
    ] where !(value >= 0 && value <= 1e6) {
      throw ConfigurationError(name: name, value: "\(value)", expected: "a number from 0 to 1000000")
    }
  }
}
