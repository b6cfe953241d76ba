import ArgumentParser

#if Service
  /// The commands of the service.
  let serviceCommands: [any ParsableCommand.Type] = [
    ServeCommand.self, TrainWorkerCommand.self, VerifyCommand.self, PruneCommand.self,
  ]
#else
  /// The commands of the service, which say how to get it.
  let serviceCommands: [any ParsableCommand.Type] = [
    MissingServe.self, MissingVerify.self, MissingPrune.self,
  ]

  private struct MissingServe: MissingCommand {
    static let configuration = missing("serve")
    @Argument(parsing: .allUnrecognized) var arguments: [String] = []
  }

  private struct MissingVerify: MissingCommand {
    static let configuration = missing("verify")
    @Argument(parsing: .allUnrecognized) var arguments: [String] = []
  }

  private struct MissingPrune: MissingCommand {
    static let configuration = missing("prune")
    @Argument(parsing: .allUnrecognized) var arguments: [String] = []
  }

  /// A command of the service in a build without it.
  private protocol MissingCommand: ParsableCommand {}

  extension MissingCommand {
    fileprivate static func missing(_ name: String) -> CommandConfiguration {
      CommandConfiguration(commandName: name, abstract: "Not in this build: it is without the service.")
    }

    /// - Throws: ``MissingService``.
    func run() throws {
      throw MissingService(command: Self.configuration.commandName ?? "serve")
    }
  }
#endif

/// A command that needs the service, in a build without it.
struct MissingService: Error, CustomStringConvertible {
  /// Its name.
  let command: String

  /// What is missing, and how to get it.
  var description: String {
    "This metalr was built without the service, which '\(command)' belongs to. "
      + "Build it with 'swift build -c release --product metalr', or install a released program."
  }
}
