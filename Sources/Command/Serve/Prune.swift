#if Service
  import ArgumentParser
  import MetaLR
  import Service

  /// `metalr prune`: deletes runs that ended long ago.
  struct PruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "prune",
      abstract: "Delete old runs from a database of metalr serve, and shrink its file.",
      discussion: """
        Runs that are not open and were last heard of before the given days are deleted with their decisions. No service
        may be working on the database; `metalr serve --retain DAYS` does the same while it runs.

        EXAMPLES:
          metalr prune metalr.sqlite --older-than 90 --dry-run
          metalr prune metalr.sqlite --older-than 90
        """)

    @Argument(help: "The database.", completion: .file())
    var database: String

    @Option(help: ArgumentHelp("Days since a run was last heard of.", valueName: "days"))
    var olderThan: Double

    @Flag(help: "Only count what would be deleted.")
    var dryRun = false

    @OptionGroup var output: OutputOptions

    func run() throws {
      guard olderThan >= 0, olderThan < 1e6 else {
        throw ConfigurationError(
          name: "number of days", value: "\(olderThan)", expected: "a number from 0 to 1000000")
      }
      let report = try DatabasePruning(path: database, olderThanDays: olderThan, rehearsing: dryRun)
      let verb = dryRun ? "would be deleted" : "were deleted"
      try output.show(
        report,
        text: """
          \(report.runs) runs \(verb)
          The file has \(report.bytesAfter) bytes; it had \(report.bytesBefore).

          """)
    }
  }
#endif
