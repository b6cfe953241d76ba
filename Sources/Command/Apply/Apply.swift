import ArgumentParser
import Experiments
import Files
import Foundation
import MetaLR

/// `metalr apply`: lets a controller drive training runs that it has never seen.
struct Apply: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let a trained controller drive training runs, and compare with schedules on the same seeds.",
    discussion: """
      EXAMPLES:
        metalr apply --dataset fashion --model cnn
        metalr apply --checkpoint universal-sf --dataset fashion --model cnn
        metalr apply --checkpoint controller.ckpt
        metalr apply --checkpoint cifar.ckpt --dataset fashion --model cnn --seeds 10
        metalr apply --checkpoint cifar.ckpt --dataset fashion --baseline cosine --baseline constant:0.003

      Test loss and accuracy are those at the best validation loss. In the output folder it writes schedules.csv, one \
      row for each reading of each run, schedules.svg, losses.svg and event files for TensorBoard.

      A guardian watches the controller, as in metalr serve. After a failure a run goes on from its best weights so far, at \
      half the rate, lower after each further failure, and the steps since then are spent; one that the guardian stops \
      counts as diverged.
      """)

  @Option(
    help: ArgumentHelp(
      "The controller: a file, or the name of one that comes with metalr; 'universal' is for any training.",
      valueName: "file"),
    completion: .file(extensions: ["ckpt"]))
  var checkpoint = "universal"

  @OptionGroup(title: "Trainee") var trainee: TraineeOptions
  @OptionGroup(title: "Run") var presets: PresetOptions

  @Option(help: ArgumentHelp("Seeds to run (default: the preset's 6 or 10).", valueName: "count"))
  var seeds: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The first seed; the others follow it.", valueName: "seed"))
  var firstSeed: UInt64 = 0

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Rates that runs begin with (default: those of the controller's training).", valueName: "rate"))
  var initialRates: [Double] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many times as high good rates are as in the controller's training; for one of a single problem.",
      discussion:
        "A controller trained with Adam, whose good rates are near 0.003, drives momentum, where find-rate says 0.03, at 10.",
      valueName: "factor"))
  var rateScale = 1.0

  @Option(
    help: ArgumentHelp(
      "Compare with a schedule; may be repeated.",
      discussion:
        "constant or cosine from the initial rate, or one with its own rates: cosine:0.01, step:0.1,20,0.9.",
      valueName: "schedule"),
    transform: Method.init(parsing:))
  var baseline: [Method] = []

  @Flag(
    help: ArgumentHelp(
      "Write which inputs drove each decision: explanation.csv and explanation.svg.",
      discussion: "From each initial rate one run more, of the first seed and without the guardian."))
  var explain = false

  @OptionGroup(title: "Guardian") var guardian: GuardianOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Folder of what it writes.", valueName: "folder"),
    completion: .directory)
  var output = "apply"

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var show: OutputOptions

  func validate() throws {
    try trainee.network.validateSize(of: [trainee.network.modelKind])
    try validateCount("--seeds", seeds)
    if let rate = initialRates.first(where: { !($0 > 0 && $0.isFinite) }) {
      throw ValidationError("--initial-rates holds \(rate); give positive numbers.")
    }
  }

  func run() throws {
    let interrupt = Interrupt()
    try Job.run(interrupt, show) { try run($0, interrupt: interrupt) }
  }

  private func run(_ job: Job, interrupt: Interrupt) throws {
    let checkpoint = try Checkpoint(contentsOf: ShippedCheckpoints.path(of: checkpoint))
    let rescaled = try checkpoint.controller.rescaled(by: rateScale)
    let controller = try guardian.guarding(rescaled)
    let preset = presets.resolved(for: trainee.data.datasetName)
    var trainee = trainee
    trainee.network.optimizer =
      trainee.network.optimizer ?? (trainee.process.command == nil ? checkpoint.card.drivenOptimizer : nil)
    let task = try TraineeTask(
      trainee, preset: preset, plan: presets.plan(for: preset, driving: checkpoint.controller))
    try task.requireTests()
    let unfamiliar = UnfamiliarRun(task.problem.description, under: checkpoint.card)
    if job.isFirst, let warning = unfamiliar.warning(checkpoint.card) { StandardError.write(warning) }
    // Shows before the work, not after it, that the folder can be written.
    if job.isFirst { try writingOutput { try Folder.create(output) } }
    let initialRates =
      initialRates.isEmpty
      ? checkpoint.card.training.initialLearningRates.map { $0 * rateScale } : initialRates
    let results = try runs(
      of: [.guarded(controller, name: GuardianLog.method)] + baseline, on: task.problem, initialRates,
      seeds: (0..<UInt64(seeds ?? preset.seeds)).map { firstSeed &+ $0 }, job, interrupt: interrupt)
    guard job.isFirst else { return }
    let log = GuardianLog(results)
    var written = try write(results, log)
    let explanation = try explanation(of: rescaled, on: task.problem, initialRates, interrupt)
    if let explanation { written += try writingOutput { try explanation.write(to: output) } }
    let table = MethodTable(results)
    try show.show(
      Result(
        controller: checkpoint.card.problems, trainee: task.problem.description, evaluation: table.rows,
        unfamiliar: unfamiliar.differences, guardian: log.summary, written: written),
      text:
        "Controller trained on \(checkpoint.card.problems.summary), "
        + "applied to \(task.problem.description.summary):\n\n"
        + "\(table.text)\n\(log.summary.text)\n\n\(explanation.map { $0.text + "\n" } ?? "")Wrote \(written.joined(separator: ", ")).\n"
    )
  }

  /// The runs of every method, with progress.
  private func runs(
    of methods: [Method], on problem: Problem, _ initialRates: [Double], seeds: [UInt64], _ job: Job,
    interrupt: Interrupt
  ) throws -> [MethodRuns] {
    let progress = ProgressReporter(
      unit: .things("test run"), total: methods.count * initialRates.count * seeds.count,
      options: job.silenced(show))
    defer { progress.finish() }
    let count = Counter()
    progress.update(done: 0)
    do {
      return try MethodRuns.collect(
        methods, initialLearningRates: initialRates, seeds: seeds, of: problem, on: job.pool(workers),
        shouldStop: { interrupt.isRequested }, onRun: { _ in progress.update(done: count.increment()) })
    } catch is Interrupted {
      throw interrupt.error(advice: "Nothing was written.")
    }
  }

  /// What drove the decisions of one run from each initial rate, where that was asked for.
  private func explanation(
    of controller: Controller, on problem: Problem, _ initialRates: [Double], _ interrupt: Interrupt
  ) throws -> ExplanationReport? {
    guard explain else { return nil }
    do {
      return try ExplanationReport(
        of: controller, on: problem, initialLearningRates: initialRates, seed: firstSeed,
        shouldStop: { interrupt.isRequested })
    } catch is Interrupted {
      throw interrupt.error(advice: "All but the explanation was written.")
    }
  }

  private func write(
    _ results: [MethodRuns], _ log: GuardianLog
  ) throws -> [String] {
    let paths = ["schedules.csv", "schedules.svg", "losses.svg"].map { "\(output)/\($0)" }
    let pictures = MethodPictures(results: results)
    let events = RunEvents(folder: "\(output)/tensorboard")
    try writingOutput {
      try RunLog(results, log).write(to: paths[0])
      try pictures.schedules.write(to: paths[1])
      try pictures.losses.write(to: paths[2])
      for result in results {
        for run in result.runs {
          try events.write(
            run, name: [result.method, "\(result.initialLearningRate)", "\(run.seed)"])
        }
      }
    }
    return paths + [events.folder]
  }

  private struct Result: Encodable {
    let controller: DistributionDescription
    let trainee: ProblemDescription
    let evaluation: [RunsSummary]
    /// What the run has that the controller was not trained with.
    let unfamiliar: [String]
    let guardian: GuardianLog.Summary
    let written: [String]
  }
}
