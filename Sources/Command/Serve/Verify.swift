#if Service
  import ArgumentParser
  import Service

  /// `metalr verify`: whether a database of the service is whole.
  struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify",
      abstract: "Check a database of metalr serve: pages, decisions, checkpoints.",
      discussion: """
        Each decision is bound by a hash to the one before it, so that one that was changed or taken out is noticed. The
        database may be in use. The status is 0 for a database that is whole, 65 for another.

        EXAMPLES:
          metalr verify metalr.sqlite
          metalr verify metalr.sqlite --repeat --json
        """)

    @Argument(help: "The database: a file, or postgres://user@host/name.", completion: .file())
    var database: String

    @Flag(
      name: .customLong("repeat"),
      help: "Make every decision again and compare it: on the instruction set that made them.")
    var repeats = false

    @OptionGroup var output: OutputOptions

    func run() throws {
      let report = try DatabaseVerification(path: database, repeating: repeats)
      try output.show(report, text: text(of: report))
      if !report.isWhole { throw ExitCode(ExitStatus.badData.rawValue) }
    }

    private func text(of report: DatabaseVerification) -> String {
      var lines = ["\(report.runs) runs, \(report.decisions) decisions"]
      if repeats { lines.append("\(report.repeated) decisions were made again and are the same") }
      lines += report.problems + report.losses
      lines.append(report.isWhole ? "The database is whole." : "The database is not whole.")
      return lines.joined(separator: "\n") + "\n"
    }
  }
#endif
