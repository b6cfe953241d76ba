import Experiments
import Files
import Foundation
import MetaLR
import Schedules
import Training

/// The steps of an experiment, each done once: what is there already is taken up.
struct Reproduction {
  let options: ReproductionOptions
  let job: Job
  let interrupt: Interrupt

  /// Does an experiment, prints what came of it, and writes it beside what the paper reports.
  static func run(
    _ table: String, _ options: ReproductionOptions,
    _ experiment: (Reproduction) throws -> [(TaskResults, PaperResults?)]
  ) throws {
    let interrupt = Interrupt()
    try Job.run(interrupt, options.show) { job in
      var silenced = options
      silenced.show = job.silenced(options.show)
      let results = try experiment(Reproduction(options: silenced, job: job, interrupt: interrupt))
      guard job.isFirst else { return }
      let report = ComparisonReport(results.map(\.0))
      let paper = results.compactMap { result, paper in paper.map { "\(result.title): \($0.text)\n" } }
        .joined()
      let path = "\(options.output)/\(table).md"
      try writingOutput { try AtomicFile.write("\(report.markdown)\n\(paper)", to: path) }
      try options.show.show(report.json, text: "\(report.text)\n\(paper)\nWrote \(path).\n")
    }
  }

  /// A trained controller; it is trained now unless its checkpoint is there.
  ///
  /// - Throws: ``OtherController`` when the one that is there was trained otherwise.
  func controller(_ dataset: String, _ model: ModelKind, _ actor: ActorKind) throws -> Contender {
    let path = "\(options.output)/controllers/\(dataset)-\(model.rawValue)-\(actor.rawValue).ckpt"
    let training = try training(dataset, model, actor, output: path)
    let isThere = try job.onFirst { FileManager.default.fileExists(atPath: path) }
    if isThere {
      let isSame = try training.trainingJob().wouldMake(Checkpoint(contentsOf: path).card)
      guard isSame else { throw OtherController(path: path) }
    } else {
      try train(training)
    }
    return try ContenderArgument(parsing: "\(dataset) \(actor.rawValue)=controller:\(path)").contender()
  }

  /// The best of the paper's 48 step decays on a data set, as a schedule to be moved to another.
  func searchedSchedule(on dataset: String, _ model: ModelKind) throws -> Contender {
    let results = try compare(
      [try ContenderArgument(parsing: "step-grid").contender()], on: dataset, model,
      folder: "\(options.output)/table1-\(dataset)-\(model.rawValue)")
    let found = results.runs[0]
    return Contender(
      .schedule(try ScheduleSpecification(parsing: found.runs.method)),
      name: "step-grid of \(dataset) (\(found.runs.method))", priorSteps: found.searchSteps)
  }

  /// Compares contenders with every schedule that a user would search for by hand, and writes the report.
  func comparison(
    _ name: String, on dataset: String, _ model: ModelKind, first: [Contender]
  ) throws -> TaskResults {
    let folder = "\(options.output)/\(name)"
    let results = try compare(first + handMade(), on: dataset, model, folder: folder)
    if job.isFirst { _ = try writingOutput { try ComparisonReport([results]).write(to: folder) } }
    return results
  }

  /// The paper's grid, and what people use today, each with a choice of rates.
  private func handMade() throws -> [Contender] {
    let steps = options.presets.steps ?? Preset.paper.steps
    let periods = [max(1, steps / 5), max(1, steps / 10)]
    let methods = [
      "step-grid", "find-rate", "constant=best:constant:0.001|constant:0.003|constant:0.01",
      "cosine=best:cosine:0.003|cosine:0.005|cosine:0.01|cosine:0.02",
      "one-cycle=best:one-cycle:0.005|one-cycle:0.01|one-cycle:0.02",
      "sgdr=best:" + periods.flatMap { ["sgdr:0.005,\($0)", "sgdr:0.01,\($0)"] }.joined(separator: "|"),
    ]
    return try methods.map { try ContenderArgument(parsing: $0).contender() }
  }

  private func training(
    _ dataset: String, _ model: ModelKind, _ actor: ActorKind, output: String
  ) throws -> TrainController {
    var training = try TrainController.parse(["--output", output, "--seeds", "0"])
    training.trainee = try options.episodeTrainee(dataset, model)
    training.presets = options.presets
    training.learning = options.learning
    training.learning.actor = actor
    training.seed = options.seed
    training.workers = options.workers
    training.show = options.show
    return training
  }

  private func train(_ training: TrainController) throws {
    var training = training
    let files = ControllerFiles(checkpoint: training.output)
    training.resume = try job.onFirst { !TrainingStateStore(folder: files.state).isEmpty }
    _ = try training.run(
      training.trainingJob(), job, interrupt: interrupt, advice: "The same command goes on from there.")
  }

  private func compare(
    _ contenders: [Contender], on dataset: String, _ model: ModelKind, folder: String
  ) throws -> TaskResults {
    let preset = options.presets.resolved(for: dataset)
    let seeds = (0..<UInt64(options.seeds ?? preset.seeds)).map { options.firstSeed &+ $0 }
    let task = ComparisonTask(
      trainee: try options.trainee(dataset, model), preset: preset,
      comparison: try Comparison(
        contenders: contenders, initialLearningRates: initialLearningRates, seeds: seeds,
        searchSeeds: [ComparisonTask.firstSearchSeed], plan: options.presets.plan(for: preset)))
    return try ComparisonWork(
      tasks: [task], folder: folder, workers: options.workers, options: options.show, interrupt: interrupt
    ).run(job)[0]
  }

  /// The rates that controllers were trained from.
  private var initialLearningRates: [Double] {
    options.learning.initialRates.isEmpty
      ? ControllerTraining.Configuration().initialLearningRates : options.learning.initialRates
  }
}

/// A controller that an earlier command left in the folder, and that this one would not have made.
struct OtherController: Error, CustomStringConvertible {
  let path: String

  var description: String {
    "'\(path)' was trained on another trainee or with other options (see 'metalr inspect \(path)'). "
      + "Move it away, or give another --output."
  }
}
