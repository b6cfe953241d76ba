import ArgumentParser
import Datasets

/// What an experiment is made of, beside its data sets.
struct ReproductionOptions: ParsableArguments {
  @Option(
    name: .customLong("models"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Several networks, in place of --model; --width and --blocks are the ResNet's.", valueName: "model"))
  var severalModels: [ModelKind] = []

  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("The controllers' actors: mlp, lstm.", valueName: "actor"))
  var actors = [ActorKind.mlp, .lstm]

  @OptionGroup(title: "Trainee") var trainee: TraineeOptions
  @OptionGroup(title: "Run") var presets: PresetOptions
  @OptionGroup(title: "Controller") var learning: LearningOptions
  @OptionGroup var seed: SeedOption

  @Option(help: ArgumentHelp("Seeds to report on (default: the preset's 6 or 10).", valueName: "count"))
  var seeds: Int?

  @Option(help: ArgumentHelp("The first of these seeds; the others follow it.", valueName: "seed"))
  var firstSeed: UInt64 = 100

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Folder of what it writes, and goes on from.", valueName: "folder"),
    completion: .directory)
  var output = "reproduce"

  @Option(
    help: ArgumentHelp(
      "Use only so many validation images in the episodes that controllers learn from.", valueName: "n"))
  var episodeValidationImages: Int?

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var show: OutputOptions

  func validate() throws {
    try trainee.validateSize(of: models)
    if trainee.data.dataset != nil {
      throw ValidationError("--dataset is for other commands; here the experiment names its data sets.")
    }
    if learning.actor != nil { throw ValidationError("--actor is --actors here.") }
    try validateCount("--seeds", seeds)
    try validateCount("--episode-validation-images", episodeValidationImages)
    if trainee.command != nil {
      throw ValidationError("--trainee is not for 'reproduce': the paper's trainees are built in.")
    }
  }

  /// The networks of the experiment.
  var models: [ModelKind] { severalModels.isEmpty ? [trainee.modelKind] : severalModels }

  /// The options of one data set and network.
  func trainee(_ dataset: String, _ model: ModelKind) -> TraineeOptions {
    var trainee = trainee
    (trainee.data.dataset, trainee.model) = (dataset, model)
    return trainee
  }

  /// The options of one data set and network, in the episodes that controllers learn from.
  func episodeTrainee(_ dataset: String, _ model: ModelKind) -> TraineeOptions {
    var trainee = trainee(dataset, model)
    trainee.data.validationImages = episodeValidationImages ?? trainee.data.validationImages
    return trainee
  }
}
