import ArgumentParser
import MetaLR
import Schedules
import Training

/// How the controller is built and taught.
struct LearningOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Training episodes (default: 100000 over sampled problems, with --preset universal 102400, with --from-runs 10240; on one problem the preset's, with --teacher 12).",
      valueName: "count"))
  var episodes: Int?

  @Option(
    help: ArgumentHelp(
      "Episodes from one update to the next (default: 256 over sampled problems; on one problem 4, with --teacher all of them).",
      valueName: "count"))
  var episodesPerUpdate: Int?

  @Option(help: "Actor of one problem: mlp or lstm (default: mlp; of reproduce both).")
  var actor: ActorKind?

  @Option(help: "Critic of one problem: mlp or lstm (default: mlp).")
  var critic: ActorKind?

  @Option(
    help: ArgumentHelp("Hidden units of actor and critic of one problem (default: 32).", valueName: "count"))
  var hidden: Int?

  @Option(
    help: ArgumentHelp(
      "Features: paper (seven), extended (with progress), universal, blind (default: universal over sampled problems, extended on one).",
      valueName: "list"), transform: { try FeatureList(preset: $0) })
  var features: FeatureList?

  @Option(
    help:
      "Reward of one problem: \(Reward.allCases.map(\.rawValue).joined(separator: ", ")) (default: improvement)."
  )
  var reward: Reward?

  @Option(
    help: ArgumentHelp("Discount of future rewards (default: what suits the reward).", valueName: "gamma"))
  var discount: Double?

  @Option(
    help: ArgumentHelp(
      "The most that one decision changes the rate's natural logarithm (default: 0.3, a factor of 1.35; "
        + "with --teacher 2.3, a factor of ten; with --from the controller's).",
      valueName: "change"))
  var logScale: Double?

  @Option(
    help: ArgumentHelp(
      "The highest rate that the controller may choose (default: 1; over sampled problems 10000, with --from the controller's).",
      valueName: "rate"))
  var maximumRate: Double?

  @Flag(help: "Let the controller's own learning rates fall to zero over the episodes.")
  var anneal = false

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Rates that episodes begin with (default: 0.01 0.001 0.0001).", valueName: "rate"))
  var initialRates: [Double] = []

  @Option(
    help: ArgumentHelp(
      "Imitate this schedule, from every initial rate, in place of learning by reward.",
      discussion: "What comes of it can learn by reward from there: --from.", valueName: "schedule"))
  var teacher: String?

  /// An option that was given and that a training over groups of episodes has no use for.
  var optionOfOneProblem: String? {
    let options = [
      ("--actor", actor != nil), ("--critic", critic != nil), ("--hidden", hidden != nil),
      ("--reward", reward != nil), ("--discount", discount != nil), ("--log-scale", logScale != nil),
      ("--anneal", anneal), ("--initial-rates", !initialRates.isEmpty),
    ]
    return options.first(where: \.1)?.0
  }

  /// How a controller is trained on sampled problems, from `trained` where it begins as another.
  func universalConfiguration(
    episodes usual: Int, seed: UInt64, from trained: Controller? = nil
  ) throws -> ControllerTraining.Configuration {
    var configuration = ControllerTraining.Configuration.universal(episodes: episodes ?? usual, seed: seed)
    configuration.features = features ?? configuration.features
    if let trained { configuration.goOn(from: trained) }
    return try completed(configuration)
  }

  /// How a controller for any training goes on learning on given problems.
  func adaptation(
    of trained: Controller, episodes usual: Int, seed: UInt64
  ) throws -> ControllerTraining.Configuration {
    try completed(.adaptation(of: trained, episodes: episodes ?? usual, seed: seed))
  }

  /// How a controller for any training goes on learning on sampled problems, some of them of a kind.
  func continuation(
    of trained: Controller, episodes usual: Int, seed: UInt64
  ) throws -> ControllerTraining.Configuration {
    try completed(.continuation(of: trained, episodes: episodes ?? usual, seed: seed))
  }

  /// A training by groups with the options that it shares with others.
  private func completed(
    _ configuration: ControllerTraining.Configuration
  ) throws -> ControllerTraining.Configuration {
    if let option = optionOfOneProblem {
      throw ValidationError(
        "\(option) is for a controller of one problem, or with a teacher; leave it out.")
    }
    guard features == nil || features == configuration.features else {
      throw ValidationError("--features differs from the features of the controller of --from; leave it out.")
    }
    var configuration = configuration
    configuration.episodesPerUpdate = episodesPerUpdate ?? configuration.episodesPerUpdate
    configuration.action.maximum = maximumRate ?? configuration.action.maximum
    try configuration.validate()
    return configuration
  }

  /// How a controller is trained on one problem, from `trained` where it begins as another.
  func configuration(
    preset: Preset, seed: UInt64, from trained: Controller? = nil
  ) throws -> ControllerTraining.Configuration {
    var configuration = ControllerTraining.Configuration()
    configuration.imitates = teacher != nil
    configuration.episodes = episodes ?? (teacher == nil ? preset.episodes : 12)
    configuration.episodesPerUpdate =
      episodesPerUpdate ?? (teacher == nil ? configuration.episodesPerUpdate : configuration.episodes)
    configuration.actor = (actor ?? .mlp).shape(hidden: hidden ?? 32)
    configuration.critic = (critic ?? .mlp).shape(hidden: hidden ?? 32)
    configuration.features = features ?? configuration.features
    configuration.reward = reward ?? configuration.reward
    configuration.ppo.discount = discount ?? configuration.reward.defaultDiscount
    // An imitation knows where to go, so it may correct a bad initial rate in one decision.
    let range = teacher == nil ? configuration.action.logScale : 2.3
    configuration.action.logScale = logScale ?? trained?.action.logScale ?? range
    configuration.action.maximum = maximumRate ?? configuration.action.maximum
    configuration.action.fall = trained?.action.fall ?? 0
    if anneal { configuration.annealing = .linear }
    if !initialRates.isEmpty { configuration.initialLearningRates = initialRates }
    configuration.seed = seed
    try configuration.validate()
    return configuration
  }
}

/// Networks that map observations to actions or values.
enum ActorKind: String, CaseIterable, ExpressibleByArgument {
  case mlp
  case lstm

  func shape(hidden: Int) -> NetworkShape {
    self == .mlp ? .mlp(hidden: hidden) : .lstm(hidden: hidden)
  }
}

extension Reward: ExpressibleByArgument {}
