import ArgumentParser
import BuiltInTrainees
import Experiments
import Files
import MetaLR
import Schedules
import Training

/// `metalr train`: one training run under any schedule.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train once, under any schedule.",
    discussion: """
      SCHEDULES:
      \(ScheduleKind.allCases.map { "  \($0.usage)" }.joined(separator: "\n"))
        plateau:RATE[,FACTOR=0.1][,PATIENCE=10][,THRESHOLD=0.0001][,COOLDOWN=0][,MIN=0]
        hypergradient:RATE[,BETA=1e-7]
      All but replay, wsd and hypergradient take ',warmup=STEPS' as well, and all but plateau ',warmup=PERCENT%'.

      EXAMPLES:
        metalr train --schedule cosine:0.01 --dataset fashion
        metalr train --schedule sgdr:0.01,200,1 --snapshots --dataset cifar10
        metalr train --recipe image:photo.png --dataset fashion

      In the output folder it writes run.csv, run.svg, model.safetensors (the weights of the lowest validation loss), and \
      an event file for TensorBoard; with --snapshots also the weights at the end of each cycle.
      """)

  @Option(help: ArgumentHelp("The schedule (default: constant:0.001).", valueName: "schedule"))
  var schedule: String?

  @Option(help: ArgumentHelp("Schedule and optimizer by name: \(Recipe.names).", valueName: "name"))
  var recipe: String?

  @Flag(help: "Keep the weights at the end of each cycle, and test them and their averaged predictions.")
  var snapshots = false

  @OptionGroup(title: "Trainee") var trainee: TraineeOptions
  @OptionGroup(title: "Run") var presets: PresetOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Folder of what it writes.", valueName: "folder"),
    completion: .directory)
  var output = "train"

  @OptionGroup var seed: SeedOption
  @OptionGroup var show: OutputOptions

  func validate() throws {
    try trainee.network.validateSize(of: [trainee.network.modelKind])
    if recipe != nil {
      guard schedule == nil, trainee.network.optimizer == nil else {
        throw ValidationError(
          "--recipe chooses schedule and optimizer; leave out --schedule and --optimizer.")
      }
    }
    if trainee.process.command != nil, recipe != nil || snapshots {
      throw ValidationError("--recipe and --snapshots are for the built-in trainee.")
    }
  }

  func run() throws {
    let interrupt = Interrupt()
    let preset = presets.resolved(for: trainee.data.datasetName)
    let plan = try presets.plan(for: preset)
    let (method, options) = try choice(plan)
    let task = try TraineeTask(options, preset: preset, plan: plan)
    try task.requireTests()
    let files = TrainFiles(folder: output)
    let lock = try writingOutput { try FolderLock(output) }
    defer { withExtendedLifetime(lock) {} }
    let trainee = try task.problem.trainee(nil)
    let taker = snapshots ? try taker(trainee, method: method, plan: plan, files: files) : nil
    let (run, times) = try run(method, on: taker ?? trainee, plan: plan, interrupt: interrupt)
    let report = TrainReport(
      task: task.problem.description, method: method.name, run: run, times: times, ensemble: taker?.ensemble)
    let written = try writingOutput { try report.write(to: files, weightsOf: trainee) }
    try show.show(report, text: report.text + "\nWrote \(written.joined(separator: ", ")).\n")
  }

  /// What to train by, and the trainee that goes with it.
  private func choice(_ plan: RunPlan) throws -> (Method, TraineeOptions) {
    guard let recipe else { return (try Method(parsing: schedule ?? "constant:0.001"), trainee) }
    guard let chosen = Recipe(named: recipe, steps: plan.stepBudget) else {
      throw ValidationError("There is no recipe '\(recipe)'; give \(Recipe.names).")
    }
    var options = trainee
    options.network.optimizer = chosen.optimizer
    return (try Method(parsing: chosen.schedule), options)
  }

  private func taker(
    _ trainee: any Trainee, method: Method, plan: RunPlan, files: TrainFiles
  ) throws -> SnapshotTaker {
    guard let classifier = trainee as? ImageClassifier,
      let source = try method.makeSource(0, plan.stepBudget) as? ScheduleSource,
      let schedule = source.schedule as? any RestartingSchedule
    else {
      throw ValidationError(
        "--snapshots needs a schedule with cycles, not '\(method.name)': sgdr, triangular, triangular2 or exp-range, "
          + "without warm-up.")
    }
    return SnapshotTaker(classifier, schedule: schedule) { classifier, step in
      try writingOutput { try files.write(classifier, to: files.snapshot(at: step)) }
    }
  }

  /// Does the run, and notes when the reading of each step came.
  private func run(
    _ method: Method, on trainee: any Trainee, plan: RunPlan, interrupt: Interrupt
  ) throws -> (TrainingRun, times: [Int: Double]) {
    guard let rate = try method.ownInitialRate?(plan.stepBudget) else {
      throw ValidationError(
        "'\(method.name)' has no rate of its own. Write '\(method.name):0.01', for instance.")
    }
    try method.prepare(trainee)
    var source = try method.makeSource(rate, plan.stepBudget)
    let progress = ProgressReporter(unit: .things("step"), total: plan.stepBudget, options: show)
    defer { progress.finish() }
    var times: [Int: Double] = [:]
    do {
      let run = try TrainingRun(
        of: trainee, ratesFrom: &source, seed: seed.seed, initialLearningRate: rate, plan: plan,
        shouldStop: { interrupt.isRequested },
        onReading: {
          times[$0.step] = EventTime.now
          progress.update(done: $0.step, details: ["validation loss \($0.validationLoss.fixed(4))"])
        })
      return (run, times)
    } catch is Interrupted {
      throw interrupt.error(advice: "Nothing but snapshots was written.")
    }
  }
}
