extension ServiceConfiguration {
  /// Limits on what clients may use.
  public struct Limits: Sendable {
    /// Bytes of a request's body; 65,536 by default.
    public var bodyBytes = 65_536
    /// Bytes of a request's head; 16,384 by default.
    public var headerBytes = 16_384
    /// Requests a second of one token; 1,000 by default.
    public var requestsPerSecond = 1000.0
    /// Open runs of one token; 1,000 by default.
    public var runsPerToken = 1000
    /// Open connections; 1,024 by default.
    public var connections = 1024
    /// Open connections from one address; 512 by default.
    public var connectionsPerAddress = 512
    /// Seconds for a request to arrive once its head is there, and for a client to take its answer; 10 by default.
    public var requestSeconds = 10
    /// Seconds that a connection may be idle; 60 by default.
    public var idleSeconds = 60

    /// The defaults.
    public init() {}
  }
}
