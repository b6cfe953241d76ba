import ArgumentParser
import MetaLR
import Schedules

/// How the controller is built and taught.
struct LearningOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Training episodes (default, for each data set: the preset's 120 or 300; with --teacher 12).",
      valueName: "count"))
  var episodes: Int?

  @Option(
    help: ArgumentHelp(
      "Episodes from one update to the next (default: 4 for each data set; with --teacher all of them).",
      valueName: "count"))
  var episodesPerUpdate: Int?

  @Option(help: "Actor: mlp or lstm.")
  var actor = ActorKind.mlp

  @Option(help: "Critic: mlp or lstm.")
  var critic = ActorKind.mlp

  @Option(help: ArgumentHelp("Hidden units of actor and critic.", valueName: "count"))
  var hidden = 32

  @Option(help: "Features: paper (seven) or extended (with progress).")
  var features = FeatureSet.extended

  @Option(help: "Reward: \(Reward.allCases.map(\.rawValue).joined(separator: ", ")).")
  var reward = Reward.improvement

  @Option(
    help: ArgumentHelp("Discount of future rewards (default: what suits the reward).", valueName: "gamma"))
  var discount: Double?

  @Option(
    help: ArgumentHelp(
      "The most that one decision changes the rate's natural logarithm (default: 0.3, a factor of 1.35; "
        + "with --teacher 2.3, a factor of ten; with --from the controller's).",
      valueName: "change"))
  var logScale: Double?

  @Flag(help: "Let the controller's own learning rates fall to zero over the episodes.")
  var anneal = false

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Rates that episodes begin with (default: 0.01 0.001 0.0001).", valueName: "rate"))
  var initialRates: [Double] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Imitate this schedule, from every initial rate, in place of learning by reward; of several data sets, one for each.",
      discussion: "What comes of it can learn by reward from there: --from.", valueName: "schedule"))
  var teacher: [String] = []

  /// How a controller is trained on so many data sets, from `trained` where it begins as another.
  func configuration(
    preset: Preset, plan: RunPlan, seed: UInt64, datasets: Int = 1, from trained: Controller? = nil
  ) throws -> ControllerTraining.Configuration {
    var configuration = ControllerTraining.Configuration()
    let teachers = try teacher.map { try ScheduleSpecification(parsing: $0) }
    configuration.teacher = teachers.first
    configuration.furtherTeachers = teachers.count > 1 ? Array(teachers.dropFirst()) : nil
    configuration.episodes = episodes ?? datasets * (teachers.isEmpty ? preset.episodes : 12)
    configuration.episodesPerUpdate =
      episodesPerUpdate
      ?? (teachers.isEmpty ? datasets * configuration.episodesPerUpdate : configuration.episodes)
    configuration.plan = plan
    configuration.actor = actor.shape(hidden: hidden)
    configuration.critic = critic.shape(hidden: hidden)
    configuration.featureSet = features
    configuration.reward = reward
    configuration.ppo.discount = discount ?? reward.defaultDiscount
    // Who need not find the way by small steps can undo a bad beginning in one.
    let range = teachers.isEmpty ? configuration.action.logScale : 2.3
    configuration.action.logScale = logScale ?? trained?.action.logScale ?? range
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

extension FeatureSet: ExpressibleByArgument {}
extension Reward: ExpressibleByArgument {}
