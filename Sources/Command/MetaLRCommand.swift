import ArgumentParser
import Foundation
import MetaLR

/// The root of all commands.
@main
struct MetaLRCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metalr",
    abstract: "Learn, apply and compare learning-rate schedules.",
    discussion: """
      EXAMPLES:
        metalr train-controller
        metalr apply --checkpoint controller.ckpt --baseline cosine
        metalr datasets list
        metalr datasets fetch fashion

      Results go to standard output, progress and errors to standard error.

      EXIT STATUS:
      \(ExitStatus.table)

      ENVIRONMENT:
        METALR_DATA   The data folder, where --data does not name one.
        NO_COLOR      When set and not empty, no colours.
      """,
    version: metalrVersion,
    subcommands: [
      TrainController.self, Apply.self, Train.self, Compare.self, FindRate.self, ReproduceCommand.self,
      Inspect.self, SweepCommand.self, PBTCommand.self,
      CheckTraineeCommand.self, Benchmark.self,
      DatasetsCommand.self,
    ] + serviceCommands)

  /// Runs the command line; every end of the program but a signal's goes through ``ErrorReport``.
  static func main() async {
    // A reader that leaves early (`metalr ... | head`) must not kill a training: writing to it fails instead.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      let report = ErrorReport(error, terminal: .standardError)
      let status = report.send()
      Foundation.exit(status.rawValue)
    }
  }
}
