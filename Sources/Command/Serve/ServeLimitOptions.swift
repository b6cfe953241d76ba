#if Service
  import ArgumentParser
  import Service

  /// Limits on what clients may use.
  struct ServeLimitOptions: ParsableArguments {
    @Option(help: "Bytes of a request's body.")
    var maxBody: Int = ServiceConfiguration.Limits().bodyBytes

    @Option(help: "Bytes of a request's head.")
    var maxHeader: Int = ServiceConfiguration.Limits().headerBytes

    @Option(help: "Requests a second of one token.")
    var maxRate: Double = ServiceConfiguration.Limits().requestsPerSecond

    @Option(help: "Open runs of one token.")
    var maxRuns: Int = ServiceConfiguration.Limits().runsPerToken

    @Option(help: "Open connections.")
    var maxConnections: Int = ServiceConfiguration.Limits().connections

    @Option(help: "Open connections from one address.")
    var maxConnectionsPerAddress: Int = ServiceConfiguration.Limits().connectionsPerAddress

    @Option(help: "Seconds for a request to arrive and its answer to be taken.")
    var requestTimeout: Int = ServiceConfiguration.Limits().requestSeconds

    @Option(help: "Seconds that a connection may be idle.")
    var idleTimeout: Int = ServiceConfiguration.Limits().idleSeconds

    var limits: ServiceConfiguration.Limits {
      var limits = ServiceConfiguration.Limits()
      limits.bodyBytes = maxBody
      limits.headerBytes = maxHeader
      limits.requestsPerSecond = maxRate
      limits.runsPerToken = maxRuns
      limits.connections = maxConnections
      limits.connectionsPerAddress = maxConnectionsPerAddress
      limits.requestSeconds = requestTimeout
      limits.idleSeconds = idleTimeout
      return limits
    }
  }

  /// How long runs are kept.
  struct ServeRetentionOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "Hours without an observation after which a run is abandoned, until the next one; 0 for never.",
        valueName: "hours"))
    var abandonAfter: Double = ServiceConfiguration.Retention().abandonHours

    @Option(
      help: ArgumentHelp(
        "Days after which a run that is not open is deleted; 0 for never.", valueName: "days"))
    var retain: Double = ServiceConfiguration.Retention().retainDays

    var retention: ServiceConfiguration.Retention {
      var retention = ServiceConfiguration.Retention()
      retention.abandonHours = abandonAfter
      retention.retainDays = retain
      return retention
    }
  }
#endif
