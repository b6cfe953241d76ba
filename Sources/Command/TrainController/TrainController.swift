import ArgumentParser
import BuiltInTrainees
import Datasets
import Experiments
import Files
import Foundation
import MetaLR
import Schedules
import Training

/// `metalr train-controller`: trains a controller and tests it on what it was not trained on.
struct TrainController: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-controller",
    abstract: "Train a learning-rate controller over many training runs, and test it on others.",
    discussion: """
      Without arguments it trains on thousands of small problems that the program samples itself, and then compares the controller with schedules on problems that it has never seen. With \
      --dataset or --trainee it trains on that one problem.

      EXAMPLES:
        metalr train-controller
        metalr train-controller --preset universal --output universal.ckpt
        metalr train-controller --optimizer schedule-free-adamw --output universal-sf.ckpt
        metalr train-controller --dataset cifar10 --actor lstm --episodes 300 --output cifar.ckpt
        metalr train-controller --dataset cifar10 --actor lstm --episodes 300 --output cifar.ckpt --resume
        metalr train-controller --from cifar.ckpt --dataset fashion --episodes 60 --output adapted.ckpt
        metalr train-controller --teacher one-cycle:0.01 --dataset fashion --output imitation.ckpt
        metalr train-controller --problems mine.json
        metalr train-controller --from-runs metalr.sqlite --from universal --output ours.ckpt
        metalr train-controller --trainee 'python3 trainee.py --model resnet18' --workers 4

      Beside the checkpoint it writes a log (.log.csv, and for TensorBoard .events) and, for one problem, two pictures \
      (.schedules.svg, .losses.svg). The state of an unfinished training is kept in a folder beside it (.state), from \
      which --resume goes on.
      """)

  @OptionGroup(title: "Trainee") var trainee: TraineeOptions
  @OptionGroup(title: "Run") var presets: PresetOptions
  @OptionGroup(title: "Controller") var learning: LearningOptions

  @Option(
    help: ArgumentHelp(
      "Train on the problems that this JSON file describes: sampled ones, or a list with a teacher each.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var problems: String?

  @Option(
    help: ArgumentHelp(
      "Begin as a trained controller (or the name of a shipped one), to adapt it; one for any training goes on over sampled or listed problems.",
      valueName: "file"),
    completion: .file(extensions: ["ckpt"]))
  var from: String?

  @OptionGroup(title: "Served runs") var served: ServedRunOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the controller is written.", valueName: "file"),
    completion: .file(extensions: ["ckpt"]))
  var output = "controller.ckpt"

  @Option(
    help: ArgumentHelp(
      "Held-out seeds of the test on one problem (default: 6 or 10), or problems of each suite after sampled ones (default: 40; with --from-runs 200); 0 for no test.",
      valueName: "count"))
  var seeds: Int?

  @Flag(help: "Go on with an unfinished training of the same options; --episodes may differ.")
  var resume = false

  @Flag(help: "Begin again: forget an unfinished training, replace a finished controller.")
  var restart = false

  @OptionGroup var seed: SeedOption
  @OptionGroup var workers: WorkerOptions
  @OptionGroup var show: OutputOptions

  func validate() throws {
    try trainee.network.validateSize(of: [trainee.network.modelKind])
    if resume && restart {
      throw ValidationError("--resume goes on and --restart begins again; give one of them.")
    }
    try validateCount("--seeds", seeds, from: 0)
    try served.validate(testProblems: seeds)
    if served.fromRuns != nil, problems != nil || !samplesProblems {
      throw ValidationError(
        "--from-runs is for sampled problems; leave out --problems, --dataset, --model, --trainee, --teacher and --preset."
      )
    }
    if problems != nil,
      trainee.data.dataset != nil || trainee.process.command != nil || learning.teacher != nil
    {
      throw ValidationError(
        "--dataset, --trainee and --teacher are for one problem; the file of --problems names data sets and teachers."
      )
    }
    guard problems == nil else { return }
    if samplesProblems, let name = optionOfOneProblem {
      throw ValidationError(
        "\(name) is for a training on one problem; name that by --dataset, --model or --trainee, or leave \(name) out."
      )
    }
    if presets.length.preset == .universal, !samplesProblems {
      throw ValidationError(
        "--preset universal is for sampled problems; leave out --dataset, --model, --trainee and --teacher.")
    }
  }

  func run() throws {
    let interrupt = Interrupt()
    try Job.run(interrupt, show) { job in
      let files = ControllerFiles(checkpoint: output)
      try writingOutput { try files.requireNoFolder() }
      let training = try trainingJob(job)
      let outcome = try run(training, job, interrupt: interrupt)
      guard job.isFirst else { return }
      try report(outcome, files: files)
    }
  }

  /// The training that the options describe, done by the ranks of `job` together; nil for this process alone.
  func trainingJob(_ job: Job? = nil) throws -> TrainingJob {
    if let database = served.fromRuns { return try continued(on: database, job) }
    let trained = try from.map { try Checkpoint(contentsOf: ShippedCheckpoints.path(of: $0)) }
    let files = ControllerFiles(checkpoint: output)
    if let problems {
      let file = try ProblemsFile(contentsOf: problems)
      if let drawn = file.drawn { return try sampled(ProblemsFile.range(drawn), trained, files) }
      return try listed(file.problems ?? [], trained, files)
    }
    return try samplesProblems ? sampled(nil, trained, files) : oneProblem(trained, files)
  }

  /// Ten updates: minutes on a small problem, and each episode more is one more run of a large one.
  private static let adaptationEpisodes = 640

  /// A training on problems that a file lists.
  private func listed(
    _ listed: [ProblemsFile.Listed], _ trained: Checkpoint?, _ files: ControllerFiles
  ) throws -> TrainingJob {
    let teachers = listed.compactMap(\.teacher)
    let problems = try listed.map {
      try ProblemsFile.problem(
        $0, trainee, presets, driving: teachers.isEmpty ? trained?.controller : nil)
    }
    guard teachers.isEmpty || teachers.count == problems.count else {
      throw ConfigurationError(
        name: "number of teachers", value: "\(teachers.count)",
        expected: "one for each of the \(problems.count) problems, or none")
    }
    var configuration: ControllerTraining.Configuration
    if teachers.isEmpty {
      configuration =
        try trained.map {
          try learning.adaptation(of: $0.controller, episodes: Self.adaptationEpisodes, seed: seed.seed)
        } ?? learning.universalConfiguration(episodes: 4_000, seed: seed.seed)
    } else {
      var learning = learning
      learning.teacher = teachers[0]
      learning.episodes = learning.episodes ?? 12 * problems.count
      configuration = try learning.configuration(
        preset: presets.resolved(for: listed[0].dataset), seed: seed.seed, from: trained?.controller)
      configuration.teacherCount = problems.count
    }
    let seeds = seeds ?? presets.resolved(for: listed[0].dataset).seeds
    return TrainingJob(
      problems: ProblemList(problems), teachers: teachers, configuration: configuration,
      trained: trained, files: files,
      test: seeds > 0 ? HeldOutSeedsTest(problem: problems[0], seeds: HeldOutSeeds.first(seeds)) : nil)
  }

  /// Whether it trains on sampled problems: what happens where no other problem is named.
  private var samplesProblems: Bool {
    trainee.data.dataset == nil && trainee.process.command == nil && learning.teacher == nil
      && trainee.network.model == nil && presets.length.preset != .quick && presets.length.preset != .paper
  }

  /// An option that was given and that a training on sampled problems has no use for.
  private var optionOfOneProblem: String? {
    let images = trainee.data.images
    let options = [
      ("--steps", presets.steps != nil), ("--interval", presets.interval != nil),
      ("--batch-size", trainee.network.batchSize != nil),
      ("--averaging", trainee.average.averaging != nil), ("--train-images", images.trainImages != nil),
      ("--validation-images", images.validationImages != nil), ("--test-images", images.testImages != nil),
      ("--channels", images.channels != nil), ("--size", images.size != nil),
    ]
    return options.first(where: \.1)?.0 ?? learning.optionOfOneProblem
  }

  /// A training on problems sampled from the built-in distribution.
  private func sampled(
    _ given: DrawnRange?, _ trained: Checkpoint?, _ files: ControllerFiles
  ) throws -> TrainingJob {
    let isShort = presets.length.preset == nil
    let optimizer = try trainee.network.optimizer.map { try Optimizer.Configuration(parsing: $0) }
    var configuration = try learning.universalConfiguration(
      episodes: isShort ? 100_000 : 102_400, seed: seed.seed, from: trained?.controller)
    // Short runs are cheap, and teach the most in a few minutes.
    var range = DrawnRange(operations: 60e6, regularization: 0.25, averaging: 0.5)
    if !isShort { range = .universal }
    range = given ?? range
    range.optimizer = optimizer ?? range.optimizer
    let averages = range.optimizer?.hasEvaluationWeights == true
    configuration.addFallAfterwards(
      trained?.controller.action.fall ?? (averages ? 0 : ControllerTraining.Configuration.usualFall))
    let suites: [ProblemSuite] =
      seeds == 0 ? [] : [.drawn(.trained, count: seeds ?? 40), .drawn(.heldOut, count: seeds ?? 40)]
    return TrainingJob(
      problems: try DrawnProblems(range), configuration: configuration, trained: trained, files: files,
      test: suites.isEmpty ? nil : SuiteTest(suites: suites, optimizer: range.optimizer?.description))
  }

  /// A training on one data set, or in one process.
  private func oneProblem(_ trained: Checkpoint?, _ files: ControllerFiles) throws -> TrainingJob {
    let preset = presets.resolved(for: trainee.data.datasetName)
    var trainee = trainee
    if trainee.process.command == nil {
      trainee.network.optimizer = trainee.network.optimizer ?? trained?.card.drivenOptimizer
    }
    let task = try TraineeTask(
      trainee, preset: preset, plan: presets.plan(for: preset, driving: trained?.controller))
    let seeds = seeds ?? preset.seeds
    if seeds > 0 { try task.requireTests() }
    var problem = task.problem
    try problem.setTeacher(learning.teacher)
    let configuration =
      if learning.teacher == nil, let trained, trained.controller.features.looksBack {
        try learning.adaptation(
          of: trained.controller, episodes: Self.adaptationEpisodes, seed: seed.seed)
      } else {
        try learning.configuration(preset: preset, seed: seed.seed, from: trained?.controller)
      }
    return TrainingJob(
      problems: ProblemList([problem]), teachers: learning.teacher.map { [$0] } ?? [],
      configuration: configuration, trained: trained, files: files,
      test: seeds > 0 ? HeldOutSeedsTest(problem: problem, seeds: HeldOutSeeds.first(seeds)) : nil)
  }

  /// Does the training, with progress.
  func run(
    _ training: TrainingJob, _ job: Job, interrupt: Interrupt,
    advice: String = "Give the same command with --resume to go on."
  ) throws -> TrainingJob.Outcome {
    let display = TrainingDisplay(training, options: job.silenced(show))
    defer { display.finish() }
    do {
      return try training.run(
        on: job.pool(workers), resume ? .resumed : restart ? .restarted : .fresh,
        communicator: job.communicator, shouldStop: { interrupt.isRequested }, onEvent: display.show)
    } catch is Interrupted {
      throw interrupt.error(advice: advice)
    }
  }

  /// Draws the pictures and prints the results.
  private func report(_ outcome: TrainingJob.Outcome, files: ControllerFiles) throws {
    var written = [outcome.path, files.log, files.events]
    if served.fromRuns != nil { written.append(files.runs) }
    if let result = outcome.test as? PairedTest.Result {
      let report = PairedReport(result, outcome, files: files, written: written)
      try show.show(report, text: report.text)
      if !report.isPromoted { throw ExitCode(ExitStatus.notPromoted.rawValue) }
      return
    }
    let episodes = outcome.training.state.episodeCount
    if let tests = outcome.test as? SuiteTest.Result {
      let tables = tests.suites.map { SuiteTable(results: $0).text }.joined(separator: "\n")
      return try show.show(
        SuiteReport(episodes: episodes, suites: tests.suites, written: written),
        text: "\(tables)\n\(SuiteTable.legend)\nWrote \(written.joined(separator: ", ")).\n")
    }
    guard let tests = outcome.test as? HeldOutSeedsTest.Result else {
      return try show.show(
        Result(episodes: episodes, evaluation: [], written: written),
        text: "Wrote \(written.joined(separator: ", ")).\n")
    }
    let pictures = MethodPictures(results: tests.methods)
    try writingOutput {
      try pictures.schedules.write(to: files.schedules)
      try pictures.losses.write(to: files.losses)
    }
    written += [files.schedules, files.losses]
    let table = MethodTable(tests.methods)
    try show.show(
      Result(episodes: episodes, evaluation: table.rows, written: written),
      text: "On held-out seeds:\n\n\(table.text)\nWrote \(written.joined(separator: ", ")).\n")
  }

  private struct SuiteReport: Encodable {
    let episodes: Int
    let suites: [SuiteResults]
    let written: [String]
  }

  private struct Result: Encodable {
    let episodes: Int
    let evaluation: [RunsSummary]
    let written: [String]
  }
}
