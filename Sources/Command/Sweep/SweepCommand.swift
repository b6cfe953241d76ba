import ArgumentParser
import Experiments
import MetaLR
import NeuralNet

/// `metalr sweep`: constant rates by optimizers, each until a target or a budget.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Try constant rates with several optimizers: how many steps each needs to a target.",
    discussion: """
      Every run goes on until the target, a diverged loss, or the end of its steps. The target is looked for after \
      every interval: a training accuracy is measured on the first --accuracy-images of the training images, always \
      the same; a training loss is the mean of the interval.

      EXAMPLES:
        metalr sweep
        metalr sweep --dataset fashion --preset quick --target-accuracy 0.85
        metalr sweep --optimizers momentum adam --rates 0.001 0.01 0.1 --widths 0.5 1 2 --seeds 3
        metalr sweep --trainee 'python3 trainee.py' --target-loss 0.5

      In the output folder it writes heatmap.svg, curves.svg, runs.csv, curves.csv, times.csv, table.md and event \
      files for TensorBoard, and runs.jsonl, in which finished runs are found again: the same command goes on where \
      it was stopped.
      """)

  @OptionGroup(title: "Trainee") var trainee: TraineeOptions
  @OptionGroup(title: "Run") var presets: PresetOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Optimizers to try, in place of --optimizer (default: \(Self.usualOptimizers.joined(separator: " "))).",
      valueName: "name"))
  var optimizers: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Rates to try, in place of the next three options.", valueName: "rate"))
  var rates: [Double] = []

  @Option(help: ArgumentHelp("How many rates, with equal ratios (default: 48).", valueName: "count"))
  var rateCount: Int?

  @Option(help: ArgumentHelp("The lowest of them (default: 1e-6).", valueName: "rate"))
  var lowestRate: Double?

  @Option(help: ArgumentHelp("The highest of them (default: 100).", valueName: "rate"))
  var highestRate: Double?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Factors of the network's channels and units; a sweep for each (default: 1).", valueName: "factor"))
  var widths: [Double] = []

  @Option(help: ArgumentHelp("Training accuracy to reach (default: 0.8).", valueName: "share"))
  var targetAccuracy: Double?

  @Option(help: ArgumentHelp("Training loss to reach instead.", valueName: "loss"))
  var targetLoss: Double?

  @Option(help: ArgumentHelp("Training images on which accuracy is measured.", valueName: "count"))
  var accuracyImages = 2000

  @Option(help: ArgumentHelp("Seeds of each cell; it shows the median.", valueName: "count"))
  var seeds = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The first seed; the others follow it.", valueName: "seed"))
  var firstSeed: UInt64 = 0

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Folder of what it writes.", valueName: "folder"),
    completion: .directory)
  var output = "sweep"

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var show: OutputOptions

  /// The plain form of each kind of optimizer.
  static let usualOptimizers = ["sgd", "momentum", "adam", "adagrad", "adadelta", "rmsprop"]

  func validate() throws {
    try trainee.network.validateSize(of: [trainee.network.modelKind])
    try validateCount("--seeds", seeds)
    try validateCount("--accuracy-images", accuracyImages)
    if targetAccuracy != nil, targetLoss != nil {
      throw ValidationError("--target-accuracy and --target-loss exclude each other; give one of them.")
    }
    if !rates.isEmpty, rateCount != nil || lowestRate != nil || highestRate != nil {
      throw ValidationError(
        "--rates lists the rates themselves; leave out --rate-count, --lowest-rate and --highest-rate.")
    }
    if let name = optimizers.first(where: { name in optimizers.count { $0 == name } > 1 }) {
      throw ValidationError("--optimizers holds '\(name)' twice; give each once.")
    }
    if !optimizers.isEmpty, trainee.network.optimizer != nil {
      throw ValidationError("--optimizer and --optimizers exclude each other; give one of them.")
    }
    if Set(widths).count < widths.count {
      throw ValidationError("--widths holds a factor twice; give each once.")
    }
    if trainee.process.command != nil {
      if !(optimizers.isEmpty && widths.isEmpty) {
        throw ValidationError("--optimizers and --widths are for the built-in trainee; give --trainee alone.")
      }
      if targetLoss == nil {
        throw ValidationError(
          "A trainee in a process reports no training accuracy; give --target-loss with --trainee.")
      }
    }
  }

  func run() throws {
    let interrupt = Interrupt()
    try Job.run(interrupt, show) { job in
      let sweep = try sweep()
      let rows = try rows(of: sweep, try subjects(sweep.plan), job, interrupt: interrupt)
      let report = SweepReport(rows, target: sweep.target, plan: sweep.plan)
      guard job.isFirst else { return }
      let written = try writingOutput { try report.write(to: output) }
      try show.show(report.json, text: report.text + "\nWrote \(written.joined(separator: ", ")).\n")
    }
  }

  private func sweep() throws -> Sweep {
    let rates =
      rates.isEmpty
      ? try Sweep.learningRates(
        from: lowestRate ?? 1e-6, to: highestRate ?? 100, count: rateCount ?? 48) : rates
    return try Sweep(
      learningRates: rates, seeds: (0..<UInt64(seeds)).map { firstSeed &+ $0 },
      target: targetLoss.map { .trainLoss($0) } ?? .accuracy(targetAccuracy ?? 0.8),
      plan: presets.plan(for: preset))
  }

  private var preset: Preset { presets.resolved(for: trainee.data.datasetName) }

  /// Every network with every optimizer, or the one trainee of a process.
  private func subjects(_ plan: RunPlan) throws -> [SweepSubject] {
    guard trainee.process.command == nil else {
      let problem = try TraineeTask(trainee, preset: preset, plan: plan).problem
      return [
        SweepSubject(
          model: problem.description.model, optimizer: problem.description.model, problem: problem)
      ]
    }
    let names =
      optimizers.isEmpty ? trainee.network.optimizer.map { [$0] } ?? Self.usualOptimizers : optimizers
    let methods = try names.map { try Optimizer.Configuration(parsing: $0) }
    let models = try (widths.isEmpty ? [1] : widths).map { try trainee.network.specification.scaled(by: $0) }
    return try SweepSubject.images(
      trainee.data.load(preset), accuracyImages: accuracyImages, models: models, optimizers: methods,
      batchSize: trainee.network.batchSize ?? preset.batchSize, averaging: trainee.average.value, plan: plan)
  }

  /// The runs of every subject, with progress.
  private func rows(
    of sweep: Sweep, _ subjects: [SweepSubject], _ job: Job, interrupt: Interrupt
  ) throws -> [SweepRow] {
    let path = "\(output)/runs.jsonl"
    let journal = job.isFirst ? try writingOutput { try sweep.journal(at: path, of: subjects) } : nil
    let progress = ProgressReporter(
      unit: .things("run"), total: subjects.count * sweep.runCount, options: job.silenced(show))
    defer { progress.finish() }
    let count = Counter()
    do {
      return try writingOutput {
        try sweep.run(
          subjects, recordedIn: journal, on: { job.pool(workers, problem: $0) },
          shouldStop: { interrupt.isRequested },
          onSubject: { subject in
            let name =
              subjects.count > 1 ? "\(subject.optimizer), \(subject.model)" : subject.optimizer
            progress.update(done: count.value, details: [name])
          }, onRun: { _ in progress.update(done: count.increment()) })
      }
    } catch is Interrupted {
      throw interrupt.error(
        advice: "Finished runs are kept in \(path): the same command goes on from there.")
    }
  }
}
