import ArgumentParser
import Datasets
import Experiments
import Files
import Foundation
import MetaLR

/// `metalr train-controller`: trains a controller and tests it on held-out seeds.
struct TrainController: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-controller",
    abstract: "Train a learning-rate controller over many training runs, and test it on held-out seeds.",
    discussion: """
      Without arguments it trains on a data set that it draws itself, in two to four minutes on two cores.

      EXAMPLES:
        metalr train-controller
        metalr train-controller --dataset cifar10 --actor lstm --episodes 300 --output cifar.ckpt
        metalr train-controller --dataset cifar10 --actor lstm --episodes 300 --output cifar.ckpt --resume
        metalr train-controller --from cifar.ckpt --dataset fashion --episodes 60 --output adapted.ckpt
        metalr train-controller --teacher one-cycle:0.01 --dataset fashion --output imitation.ckpt
        metalr train-controller --dataset cifar10 --also shapes --train-images 50000 \
            --teacher exp-rise:0.012,0.7,0.85 exp-rise:0.03,0.85
        metalr train-controller --trainee 'python3 trainee.py --model resnet18' --workers 4

      Beside the checkpoint it writes a log (.log.csv, and for TensorBoard .events) and two pictures (.schedules.svg, \
      .losses.svg). The state of \
      an unfinished training is kept in a folder beside it (.state), from which --resume goes on.
      """)

  @OptionGroup(title: "Trainee") var trainee: TraineeOptions
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Train on these data sets too, in turn with --dataset and with its options; the final test is on --dataset.",
      valueName: "name"),
    completion: .list(DatasetName.allCases.map(\.rawValue)))
  var also: [String] = []

  @OptionGroup(title: "Run") var presets: PresetOptions
  @OptionGroup(title: "Controller") var learning: LearningOptions

  @Option(
    help: ArgumentHelp(
      "Begin as a trained controller (or the name of a shipped one), to adapt it to these trainees.",
      valueName: "file"),
    completion: .file(extensions: ["ckpt"]))
  var from: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the controller is written.", valueName: "file"),
    completion: .file(extensions: ["ckpt"]))
  var output = "controller.ckpt"

  @Option(
    help: ArgumentHelp(
      "Held-out seeds of the final test; 0 for no test (default: the preset's 6 or 10).", valueName: "count"))
  var seeds: Int?

  @Flag(help: "Go on with an unfinished training of the same options; --episodes may differ.")
  var resume = false

  @Flag(help: "Forget an unfinished training and begin again.")
  var restart = false

  @OptionGroup var seed: SeedOption
  @OptionGroup var workers: WorkerOptions
  @OptionGroup var show: OutputOptions

  func validate() throws {
    try trainee.validateSize(of: [trainee.model])
    if resume && restart {
      throw ValidationError("--resume goes on and --restart begins again; give one of them.")
    }
    try validateCount("--seeds", seeds, from: 0)
    guard also.isEmpty || trainee.command == nil else {
      throw ValidationError("--also names data sets for the built-in trainee; leave it out with --trainee.")
    }
    guard learning.teacher.isEmpty || learning.teacher.count == also.count + 1 else {
      throw ValidationError(
        "There are \(learning.teacher.count) schedules after --teacher and \(also.count + 1) data sets; "
          + "give one schedule for each data set, first that of --dataset.")
    }
  }

  func run() throws {
    let interrupt = Interrupt()
    try Job.run(interrupt, show) { job in
      var command = self
      command.show = job.silenced(show)
      try command.run(job, interrupt: interrupt)
    }
  }

  private func run(_ job: Job, interrupt: Interrupt) throws {
    let files = ControllerFiles(checkpoint: output)
    try files.requireNoFolder()
    let (training, tests) = try learn(job, files: files, interrupt: interrupt)
    guard job.isFirst else { return }
    try report(training, tests: tests, files: files)
  }

  /// Whether a training with these options gives a controller with such a card.
  func wouldMake(_ card: ControllerCard) throws -> Bool {
    let preset = presets.resolved(for: trainee.data.dataset)
    return try card.training
      == learning.configuration(
        preset: preset, plan: presets.plan(for: preset), seed: seed.seed, datasets: also.count + 1)
      && card.trainees == tasks(preset).map(\.description) && card.earlier.isEmpty
  }

  /// What is trained, first that of `--dataset`.
  private func tasks(_ preset: Preset) throws -> [TraineeTask] {
    try [TraineeTask(trainee, preset: preset)]
      + also.map { name in
        var other = trainee
        other.data.dataset = name
        return try TraineeTask(other, preset: preset)
      }
  }

  /// Trains, tests, and writes the checkpoint; then the state of the training is no longer needed.
  func learn(
    _ job: Job, files: ControllerFiles, interrupt: Interrupt
  ) throws -> (training: ControllerTraining, tests: [MethodRuns]) {
    let preset = presets.resolved(for: trainee.data.dataset)
    let trained = try from.map { try Checkpoint(contentsOf: ShippedCheckpoints.path(of: $0)) }
    let configuration = try learning.configuration(
      preset: preset, plan: presets.plan(for: preset), seed: seed.seed, datasets: also.count + 1,
      from: trained?.controller)
    let tasks = try tasks(preset)
    if (seeds ?? preset.seeds) > 0 { try tasks[0].requireTests() }
    let pools = tasks.map { job.pool(of: $0, workers: workers) }

    let start = TrainingStart(
      trainees: tasks.map(\.description), trained: trained, configuration: configuration)
    var training = try begin(start, files: files, job: job)
    try train(&training, from: start, on: pools, files: files, job: job, interrupt: interrupt)
    let tests = try test(
      training, seeds: HeldOutSeeds.first(seeds ?? preset.seeds), on: pools[0], interrupt: interrupt)
    guard job.isFirst else { return (training, tests) }
    let card = ControllerCard(
      trainee: start.trainees[0], furtherTrainees: Array(start.trainees.dropFirst()),
      training: configuration, episodes: training.state.episodes.count,
      evaluation: tests.map {
        EvaluationRow(method: $0.method, initialLearningRate: $0.initialLearningRate, runs: $0.runs)
      }, earlier: start.earlier)
    try writingOutput {
      try Checkpoint(controller: training.controller, card: card).write(to: files.checkpoint)
    }
    TrainingStateStore(folder: files.state).remove()
    return (training, tests)
  }
}
