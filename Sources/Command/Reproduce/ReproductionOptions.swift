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
    name: .customLong("actors"), parsing: .upToNextOption,
    help: ArgumentHelp("Several actors, in place of --actor (default: mlp lstm).", valueName: "actor"))
  var severalActors: [ActorKind] = []

  @OptionGroup(title: "Trainee") var images: ImageOptions
  @OptionGroup(title: "Trainee") var network: NetworkOptions
  @OptionGroup(title: "Trainee") var average: AveragingOption
  @OptionGroup(title: "Run") var presets: PresetOptions
  @OptionGroup(title: "Controller") var learning: LearningOptions
  @OptionGroup var seed: SeedOption

  @Option(help: ArgumentHelp("Seeds to report on (default: the preset's 6 or 10).", valueName: "count"))
  var seeds: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The first of these seeds; the others follow it.", valueName: "seed"))
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
    try network.validateSize(of: models)
    try validateCount("--seeds", seeds)
    try validateCount("--episode-validation-images", episodeValidationImages)
  }

  /// The networks of the experiment.
  var models: [ModelKind] { severalModels.isEmpty ? [network.modelKind] : severalModels }

  /// The actors of the controllers.
  var actors: [ActorKind] {
    severalActors.isEmpty ? learning.actor.map { [$0] } ?? [.mlp, .lstm] : severalActors
  }

  /// The options of one data set and network.
  func trainee(_ dataset: String, _ model: ModelKind) throws -> TraineeOptions {
    var trainee = try TraineeOptions.parse([])
    (trainee.data.dataset, trainee.data.images, trainee.network) = (dataset, images, network)
    (trainee.network.model, trainee.average) = (model, average)
    return trainee
  }

  /// The options of one data set and network, in the episodes that controllers learn from.
  func episodeTrainee(_ dataset: String, _ model: ModelKind) throws -> TraineeOptions {
    var trainee = try trainee(dataset, model)
    trainee.data.images.validationImages = episodeValidationImages ?? images.validationImages
    return trainee
  }
}
