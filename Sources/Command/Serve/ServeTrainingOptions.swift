#if Service
  import ArgumentParser
  import Foundation
  import MetaLR
  import Service

  /// Whether and how a service trains controllers.
  struct ServeTrainingOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "Train controllers that clients ask for; the folder keeps those that are not finished.",
        valueName: "folder"),
      completion: .directory)
    var trainings: String?

    @Option(
      name: .customLong("allow-trainee"),
      help: ArgumentHelp(
        "A trainee that a training may name, and its command; may be given several times.",
        valueName: "name=command"))
    var trainees: [String] = []

    @Flag(help: "Let only tokens with the scope admin train.")
    var trainingsByAdmin = false

    @Option(help: "Trainings at a time.")
    var trainingSlots: Int = usual.slots

    @Option(help: "Training runs side by side in one training.")
    var trainingWorkers: Int = usual.workers

    @Option(help: "Trainings of one token that wait or run.")
    var maxTrainings: Int = usual.queued

    @Option(help: "Episodes of one training.")
    var maxEpisodes: Int = usual.episodes

    @Option(help: "Optimizer steps of one episode.")
    var maxSteps: Int = usual.steps

    private static let usual = ServiceConfiguration.Trainings(folder: "", worker: [])

    /// Nil where nobody may train.
    var configuration: ServiceConfiguration.Trainings? {
      get throws {
        guard let trainings else {
          guard trainees.isEmpty else { throw ValidationError("--allow-trainee is for --trainings.") }
          return nil
        }
        var configuration = ServiceConfiguration.Trainings(
          folder: URL(fileURLWithPath: trainings).path,
          worker: [try Self.program(), TrainWorkerCommand.name])
        for trainee in trainees {
          let parts = trainee.split(separator: "=", maxSplits: 1).map(String.init)
          guard parts.count == 2 else {
            throw ValidationError("--allow-trainee is '\(trainee)'; give NAME=COMMAND.")
          }
          configuration.trainees[parts[0]] = parts[1]
        }
        configuration.isForAdministrators = trainingsByAdmin
        configuration.slots = trainingSlots
        configuration.workers = trainingWorkers
        configuration.queued = maxTrainings
        configuration.episodes = maxEpisodes
        configuration.steps = maxSteps
        return configuration
      }
    }

    /// The file of this program, whatever name it was started by.
    private static func program() throws -> String {
      guard let path = Bundle.main.executablePath else {
        throw ConfigurationError(
          name: "program", value: "unknown", expected: "one whose file the system tells: start it by its path"
        )
      }
      return path
    }
  }
#endif
