#if Service
  import ArgumentParser
  import MetaLR
  import Service

  /// Serves learned rates over HTTP.
  struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "serve",
      abstract: "Serve learned rates to training jobs over HTTP.",
      discussion: """
        A job hands in what it observes and gets its next rate; every answer is on the disk before it is sent. The
        API is described at /openapi.yaml, the dashboard is at /. SIGTERM and Ctrl-C answer what is under way, then
        end with status 0.

        EXAMPLES:
          metalr serve --checkpoints checkpoints --database metalr.sqlite
          metalr serve --checkpoints checkpoints --database metalr.sqlite --tokens tokens.txt
          metalr serve --checkpoints checkpoints --database metalr.sqlite --tokens tokens.txt \
            --listen 0.0.0.0:8443 --certificate fullchain.pem --private-key privkey.pem
        """)

    @Option(
      help: ArgumentHelp(
        "The folder of checkpoints; file names are the names of controllers.", valueName: "folder"))
    var checkpoints: String

    @Option(
      help: ArgumentHelp(
        "The database: a file, created when missing, or postgres://user@host/name, which several instances may share.",
        valueName: "database"))
    var database: String

    @Option(help: ArgumentHelp("The address to listen to; port 0 for any.", valueName: "host:port"))
    var listen: String = "127.0.0.1:8080"

    @Option(
      help: ArgumentHelp(
        "The file of tokens: a name, scopes (read,write or admin) and a SHA-256 a line. Without it only this machine is served.",
        valueName: "file"))
    var tokens: String?

    @Option(
      help: ArgumentHelp(
        "Serve HTTPS with this certificate: a PEM file, the certificates up to its authority behind it. It is read again when it changes.",
        valueName: "file"))
    var certificate: String?

    @Option(
      help: ArgumentHelp("The private key of --certificate: a PEM file, not encrypted.", valueName: "file"))
    var privateKey: String?

    @Flag(
      help: "Let tokens travel without TLS to an address that others can reach, as behind a proxy elsewhere.")
    var insecureTokens = false

    @Option(
      help: ArgumentHelp(
        "Append to this file, as JSON lines, who changed what or was refused; SIGHUP opens it again.",
        valueName: "file"))
    var auditLog: String?

    @Flag(
      help:
        "Let controllers learn from runs whose jobs do not say otherwise, see metalr train-controller --from-runs."
    )
    var learnFromRuns = false

    @OptionGroup(title: "Guardian") var guardian: GuardianOptions
    @OptionGroup(title: "Retention") var retention: ServeRetentionOptions
    @OptionGroup(title: "Trainings") var trainings: ServeTrainingOptions
    @OptionGroup(title: "Limits") var limits: ServeLimitOptions

    @Option(help: "How log lines on standard error look: text, json.")
    var logFormat: LogFormat = .text

    @Flag(help: "Log every request.")
    var verbose = false

    func run() async throws {
      let (host, port) = try address()
      var configuration = ServiceConfiguration(checkpoints: checkpoints, database: database)
      configuration.host = host
      configuration.port = port
      configuration.tokens = tokens
      configuration.certificate = try certificateFiles
      configuration.allowsInsecureTokens = insecureTokens
      configuration.auditLog = auditLog
      configuration.fallback = ServiceFallback(rawValue: guardian.fallback.rawValue)
      configuration.guardian = guardian.configuration
      configuration.learnsFromRuns = learnFromRuns
      configuration.retention = retention.retention
      configuration.limits = limits.limits
      configuration.trainings = try trainings.configuration
      configuration.logFormat = logFormat
      configuration.logLevel = verbose ? .debug : .notice
      try await MetaLRService(configuration).run()
    }

    private var certificateFiles: CertificateFiles? {
      get throws {
        switch (certificate, privateKey) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return CertificateFiles(certificate: certificate, privateKey: key)
        default:
          throw ValidationError("--certificate and --private-key belong together; give both files.")
        }
      }
    }

    private func address() throws -> (host: String, port: Int) {
      guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...])
      else {
        throw ConfigurationError(
          name: "address to listen to", value: "'\(listen)'", expected: "host:port, such as 127.0.0.1:8080")
      }
      let host = listen[..<colon]
      let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
      return (String(isBracketed ? host.dropFirst().dropLast() : host), port)
    }
  }

  extension LogFormat: ExpressibleByArgument {}
#endif
