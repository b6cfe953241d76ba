import ArgumentParser
import Experiments
import Files
import MetaLR

/// `metalr find-rate`: the learning-rate range test.
struct FindRate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "find-rate",
    abstract: "Train while the rate grows, and suggest the smallest and largest sensible rates.",
    discussion: """
      The smallest is where the loss falls most steeply, by the logarithm of the rate; the largest is halfway from there \
      to the rate of the lowest loss. Where no rate can be suggested, the reason is given.

      EXAMPLES:
        metalr find-rate --dataset fashion
        metalr find-rate --dataset cifar10 --initialisations 20 --validation
        metalr find-rate --dataset fashion --optimizer sgd --batch-sizes 100 1000

      In the output folder it writes find-rate.csv and find-rate.svg.
      """)

  @OptionGroup(title: "Trainee") var trainee: TraineeOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Several batch sizes in one picture, in place of --batch-size.", valueName: "images"))
  var batchSizes: [Int] = []

  @Option(help: ArgumentHelp("The first rate.", valueName: "rate"))
  var lowest = RateFinder.Configuration().lowest

  @Option(help: ArgumentHelp("The last rate.", valueName: "rate"))
  var highest = RateFinder.Configuration().highest

  @Option(help: ArgumentHelp("Steps from the first rate to the last.", valueName: "count"))
  var steps = RateFinder.Configuration().steps

  @Option(help: "How the rate grows: exponential or linear.")
  var growth = RateFinder.Growth.exponential

  @Option(help: "How noise is taken out: centred, unbiased, biased, first-value or none.")
  var smoothing = RateFinder.Configuration().smoothing

  @Option(help: ArgumentHelp("Weight of a neighbour in the smoothed loss.", valueName: "factor"))
  var smoothingFactor = RateFinder.Configuration().smoothingFactor

  @Option(
    help: ArgumentHelp(
      "Tests from so many seeds: medians, quantiles, and the share that diverged.", valueName: "count"))
  var initialisations = 1

  @Flag(help: "Show the validation loss at each step as well.")
  var validation = false

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Folder of what it writes.", valueName: "folder"),
    completion: .directory)
  var output = "find-rate"

  @OptionGroup var seed: SeedOption
  @OptionGroup var workers: WorkerOptions
  @OptionGroup var show: OutputOptions

  func validate() throws {
    try trainee.network.validateSize(of: [trainee.network.modelKind])
    guard (1...10_000).contains(initialisations) else {
      throw ValidationError("--initialisations is \(initialisations); give a whole number from 1 to 10000.")
    }
    if let size = batchSizes.first(where: { $0 < 1 }) {
      throw ValidationError("--batch-sizes holds \(size); give whole numbers of at least 1.")
    }
    if trainee.process.command != nil, !batchSizes.isEmpty {
      throw ValidationError(
        "--batch-sizes is for the built-in trainee; the command of --trainee has its own.")
    }
  }

  func run() throws {
    let interrupt = Interrupt()
    try Job.run(interrupt, show) { job in
      if job.isFirst { try writingOutput { try Folder.create(output) } }
      let sizes = batchSizes.isEmpty ? [trainee.network.batchSize] : batchSizes.map(Optional.some)
      let surveys = try sizes.map {
        try survey(batchSize: $0, job, interrupt: interrupt)
      }
      guard job.isFirst else { return }
      let report = RateReport(surveys, validation: validation)
      let written = try writingOutput { try report.write(to: output) }
      try show.show(report.json, text: report.text + "\nWrote \(written.joined(separator: ", ")).\n")
    }
  }

  private func survey(batchSize: Int?, _ job: Job, interrupt: Interrupt) throws -> RateReport.Survey {
    var options = trainee
    options.network.batchSize = batchSize
    let preset: Preset = trainee.data.datasetName == "shapes" ? .quick : .paper
    // A step needs no validation unless it is to be shown; the probe of the observation takes some images.
    if !validation, trainee.process.command == nil {
      options.data.images.validationImages = min(options.data.images.validationImages ?? 200, 200)
    }
    let task = try TraineeTask(options, preset: preset, plan: RunPlan(stepBudget: 1, interval: 1))
    let finder = try RateFinder(configuration: configuration)
    let progress = ProgressReporter(
      unit: .things("range test"), total: initialisations, options: job.silenced(show))
    defer { progress.finish() }
    let count = Counter()
    do {
      let curves = try job.pool(workers, problem: task.problem).run(
        count: initialisations, onResult: { _, _ in progress.update(done: count.increment()) },
        job: { [seed] index, trainee in
          try finder.run(on: trainee, seed: seed.seed &+ UInt64(index), shouldStop: { interrupt.isRequested })
        })
      return RateReport.Survey(
        trainee: task.problem.description, survey: RateSurvey(curves, rates: finder.configuration.rates))
    } catch is Interrupted {
      throw interrupt.error(advice: "Nothing was written.")
    }
  }

  private var configuration: RateFinder.Configuration {
    var configuration = RateFinder.Configuration()
    (configuration.lowest, configuration.highest) = (lowest, highest)
    (configuration.growth, configuration.smoothing) = (growth, smoothing)
    (configuration.smoothingFactor, configuration.steps) = (smoothingFactor, steps)
    return configuration
  }
}

extension RateFinder.Growth: ExpressibleByArgument {}
extension LossSmoothing: ExpressibleByArgument {}
