import ArgumentParser
import BuiltInTrainees
import Datasets
import Experiments
import Files
import MetaLR

/// `metalr compare`: methods on the same tasks and seeds.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare controllers, schedules and searches on the same data, models and seeds.",
    discussion: """
      METHODS:
        controller:FILE        a trained controller (or the name of a shipped one), from each of --initial-rates
        guarded:FILE           the same under a guardian with the default thresholds of 'metalr apply'
        constant, cosine       from each of --initial-rates
        cosine:0.01, ...       any schedule with rates of its own, as for 'metalr apply --baseline'
        replay:FILE            the rates of a file, such as the one that 'metalr pbt' writes
        step-grid              the best of the paper's 48 step decays, searched for on --search-seeds
        'best:A|B|C'           the best of these schedules, likewise
        find-rate              the largest sensible rate of a range test, held for the whole run
        plateau:0.01, ...      methods that react to the run, as for 'metalr train'
        NAME=METHOD            any of these under another name

      EXAMPLES:
        metalr compare controller:cifar.ckpt step-grid cosine:0.01 --dataset fashion
        metalr compare controller:universal controller:universal-sf --suites trained held-out
        metalr compare controller:a.ckpt constant 'cosine=best:cosine:0.003|cosine:0.01' --datasets fashion cifar10

      Every other method is tested against the one that comes first. In the output folder it writes report.html, \
      table.md, results.json, runs.csv, curves.csv, search.csv, losses.svg, rates.svg and event files for TensorBoard, \
      and runs.jsonl, in which finished runs are found again: the same command goes on where it was stopped, and \
      more methods or seeds add to it.
      """)

  @Argument(help: "What to compare.", transform: ContenderArgument.init(parsing:))
  var methods: [ContenderArgument]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Compare controllers with what needs no search, on many sampled problems that no controller was trained on: trained, held-out, short, long, wide; or on real pictures: real, with --datasets (default: fashion, cifar10) and --models (default: mlp, cnn, cnn-small, and the ResNet of 8 layers).",
      valueName: "suite"))
  var suites: [SuiteName] = []

  @Option(
    help: ArgumentHelp(
      "With --suites: sampled problems of each, and as many to calibrate schedules on (default: 200, 120, 60, 48, 48; 200).",
      valueName: "count")
  )
  var problems: Int?

  @Option(
    help: ArgumentHelp(
      "With --suites: the number of the first sampled problem of each; the tables of Docs/Results.md begin at 10000 (default: 0).",
      valueName: "number"))
  var firstProblem: UInt64?

  @Option(
    help: ArgumentHelp(
      "With --suites: test the claims of this file, one 'METHOD < METHOD' a line, together.",
      valueName: "file"),
    completion: .file())
  var claims: String?

  @OptionGroup(title: "Trainee") var trainee: TraineeOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Several data sets, in place of --dataset.", valueName: "name"))
  var datasets: [String] = []

  @Option(
    name: .customLong("models"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Several networks, in place of --model; --width and --blocks are the ResNet's.", valueName: "model"))
  var severalModels: [ModelKind] = []

  @OptionGroup(title: "Run") var presets: PresetOptions

  @Option(help: ArgumentHelp("Seeds to report on (default: the preset's 6 or 10).", valueName: "count"))
  var seeds: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The first of these seeds; the others follow it.", valueName: "seed"))
  var firstSeed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Seeds on which searches choose; they are 1000000 and those that follow.", valueName: "count"))
  var searchSeeds = 1

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Rates from which methods run that depend on them (default: 0.01 0.001 0.0001).", valueName: "rate"))
  var initialRates = [0.01, 0.001, 0.0001]

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Folder of what it writes.", valueName: "folder"),
    completion: .directory)
  var output = "compare"

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var show: OutputOptions

  /// The networks to compare on.
  private var models: [ModelKind] {
    if !severalModels.isEmpty { return severalModels }
    if suites.contains(.real), trainee.network.model == nil { return [.mlp, .cnn, .cnnSmall, .resnet] }
    return [trainee.network.modelKind]
  }

  func validate() throws {
    try trainee.network.validateSize(of: models)
    guard !methods.isEmpty else { throw ValidationError("Give at least one method.") }
    try validateCount("--seeds", seeds)
    try validateCount("--search-seeds", searchSeeds)
    try validateCount("--problems", problems)
    if suites.isEmpty, problems != nil || firstProblem != nil || claims != nil {
      throw ValidationError("--problems, --first-problem and --claims are for --suites.")
    }
    if let firstProblem, firstProblem >= ProblemSuite.numberOfProblems {
      throw ValidationError(
        "--first-problem is \(firstProblem); give a number below \(ProblemSuite.numberOfProblems).")
    }
    if !suites.isEmpty, let name = optionOfOneProblem {
      throw ValidationError(
        "\(name) is not for --suites, whose seeds, rates and lengths are fixed; leave it out.")
    }
    if let rate = initialRates.first(where: { !($0 > 0 && $0.isFinite) }) {
      throw ValidationError("--initial-rates holds \(rate); give positive numbers.")
    }
    if trainee.process.command != nil, !(datasets.isEmpty && severalModels.isEmpty) {
      throw ValidationError("--datasets and --models are for the built-in trainee; give --trainee alone.")
    }
  }

  /// An option that was given and that suites have no use for.
  private var optionOfOneProblem: String? {
    let options = [
      ("--seeds", seeds != nil), ("--trainee", trainee.process.command != nil),
      ("--dataset", trainee.data.dataset != nil), ("--optimizer", trainee.network.optimizer != nil),
      ("--steps", presets.steps != nil), ("--interval", presets.interval != nil),
      ("--preset", presets.length.preset != nil),
    ]
    return options.first(where: \.1)?.0
  }

  func run() throws {
    let interrupt = Interrupt()
    try Job.run(interrupt, show) { job in
      guard suites.isEmpty else { return try runSuites(job, interrupt) }
      let optimizer =
        trainee.process.command == nil
        ? try Optimizer.Configuration(parsing: trainee.network.optimizerName).description : nil
      let contenders = try methods.map { try $0.contender(on: optimizer) }
      let tasks = try tasks(contenders)
      let results = try ComparisonWork(
        tasks: tasks, folder: output, workers: workers, options: job.silenced(show), interrupt: interrupt
      ).run(job)
      guard job.isFirst else { return }
      let report = ComparisonReport(results)
      let written = try writingOutput { try report.write(to: output) }
      try show.show(
        report.json, text: report.text + "\nWrote \(written.joined(separator: ", ")).\n")
    }
  }

  /// One task for each data set and model.
  private func tasks(_ contenders: [Contender]) throws -> [ComparisonTask] {
    try (datasets.isEmpty ? [trainee.data.datasetName] : datasets).flatMap { dataset in
      try models.map { model in
        var options = trainee
        (options.data.dataset, options.network.model) = (dataset, model)
        let preset = presets.resolved(for: dataset)
        let count = UInt64(seeds ?? preset.seeds)
        return ComparisonTask(
          trainee: options, preset: preset,
          comparison: try Comparison(
            contenders: contenders, initialLearningRates: initialRates,
            seeds: (0..<count).map { firstSeed &+ $0 },
            searchSeeds: (0..<UInt64(searchSeeds)).map { ComparisonTask.firstSearchSeed + $0 },
            plan: presets.plan(for: preset)))
      }
    }
  }

  private func runSuites(_ job: Job, _ interrupt: Interrupt) throws {
    let claims = try claims.map { try SuiteClaim.contents(of: $0) } ?? []
    let work = SuiteWork(
      suites: try problemSuites(), controllers: try methods.map { try $0.suiteContender() },
      calibrationCount: problems ?? 200, claims: claims, averaging: trainee.average.value, folder: output,
      workers: workers, options: job.silenced(show), interrupt: interrupt)
    let results = try work.run(job)
    guard job.isFirst else { return }
    let report = SuiteReport(
      results: results, methods: work.controllers.map(\.name),
      claims: SuiteClaim.test(claims, on: results))
    let written = try writingOutput { try report.write(to: output) }
    try show.show(report.numbers, text: "\(report.text)\nWrote \(written.joined(separator: ", ")).\n")
  }
}

extension Compare {
  /// The suites that were asked for; only the first rank of a job says what data lack.
  private func problemSuites() throws -> [ProblemSuite] {
    try suites.map { name in
      guard let drawn = name.drawn else { return try realSuite() }
      return .drawn(drawn, count: problems, first: firstProblem ?? 0)
    }
  }

  private func realSuite() throws -> ProblemSuite {
    let sets = try (datasets.isEmpty ? [DatasetName.fashion, .cifar10].map(\.rawValue) : datasets).map {
      name in
      var options = trainee.data
      options.dataset = name
      // Enough for several epochs of 1,000 steps, and validations that are cheap beside them.
      options.images.trainImages = options.images.trainImages ?? 20_000
      options.images.validationImages = options.images.validationImages ?? 2_000
      let data = try options.load(.paper)
      return (data: data, hash: data.contentHash())
    }
    let specifications = models.map { model in
      var options = trainee.network
      options.model = model
      if model == .resnet, options.width == nil { options.blocks = options.blocks ?? 1 }
      return options.specification
    }
    return try .images(sets, models: specifications, batchSize: trainee.network.batchSize ?? 128)
  }
}
