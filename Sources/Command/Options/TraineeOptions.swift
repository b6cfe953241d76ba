import ArgumentParser
import MetaLR

/// What is trained: the built-in trainee, or processes of a command.
struct TraineeOptions: ParsableArguments {
  @OptionGroup var process: ProcessOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var network: NetworkOptions
  @OptionGroup var average: AveragingOption

  func validate() throws {
    guard process.command != nil else { return }
    if data.dataset != nil || network.model != nil || network.optimizer != nil || network.batchSize != nil
      || average.averaging != nil
    {
      throw ValidationError(
        "--dataset, --model, --optimizer, --batch-size and --averaging are for the built-in trainee; "
          + "the command of --trainee has options of its own.")
    }
  }
}

/// The command of a trainee in processes of its own.
struct ProcessOptions: ParsableArguments {
  @Option(
    name: .customLong("trainee"),
    help: ArgumentHelp(
      "Train in processes of this command instead, one a worker; it decides data, model, optimizer and batch size.",
      discussion: "See Docs/Trainee-protocol.md, and try it with 'metalr check-trainee'.",
      valueName: "command"))
  var command: String?

  @Option(
    help: ArgumentHelp(
      "With --trainee: seconds that the steps of one interval, or a test, may take (default: 600).",
      valueName: "seconds"))
  var traineeTimeout: Double?

  /// The process to train in, where there is one.
  var configuration: ProcessTrainee.Configuration? {
    guard let command else { return nil }
    var process = ProcessTrainee.Configuration(commandLine: command)
    process.timeLimits.train = traineeTimeout ?? process.timeLimits.train
    process.timeLimits.evaluate = process.timeLimits.train
    return process
  }

  func validate() throws {
    guard let traineeTimeout else { return }
    guard command != nil else { throw ValidationError("--trainee-timeout is for --trainee.") }
    guard traineeTimeout > 0, traineeTimeout.isFinite else {
      throw ValidationError("--trainee-timeout is \(traineeTimeout); give a positive number of seconds.")
    }
  }
}
