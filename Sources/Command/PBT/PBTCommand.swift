import ArgumentParser
import Experiments
import Files
import Foundation
import MetaLR

/// `metalr pbt`: population based training of the learning rate.
struct PBTCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pbt",
    abstract: "Find a schedule by population based training.",
    discussion: """
      A population trains side by side, each member at a rate of its own. After every --ready-interval steps the worst \
      fifth, by validation loss, copies weights and rate of a member of the best fifth and changes the rate. At the \
      end, the rates that the best member's weights went through are written as a schedule.

      EXAMPLES:
        metalr pbt
        metalr pbt --dataset fashion --preset quick --population 20 --output population
        metalr compare replay:population/schedule.csv cosine:0.01 --dataset fashion --preset quick

      In the output folder it writes schedule.csv, lineage.svg, members.csv, table.md and event files for TensorBoard. \
      Until the end the population is kept in population.state: the same command goes on where it was stopped.
      """)

  @OptionGroup(title: "Trainee") var data: DataOptions
  @OptionGroup(title: "Trainee") var network: NetworkOptions
  @OptionGroup(title: "Trainee") var average: AveragingOption
  @OptionGroup(title: "Run") var length: LengthOptions

  @Option(help: ArgumentHelp("Members, at least 2.", valueName: "count"))
  var population = 20

  @Option(
    help: ArgumentHelp(
      "Steps between two selections (default: a twentieth of the run).", valueName: "steps"))
  var readyInterval: Int?

  @Option(help: "How a copy changes its rate: perturb (times 0.8 or 1.2) or resample.")
  var explore = PopulationTraining.Exploration.perturb

  @Option(help: ArgumentHelp("Share of the members that copies as many of the best.", valueName: "share"))
  var share = 0.2

  @Option(help: ArgumentHelp("The lowest rate to begin with.", valueName: "rate"))
  var lowestRate = 1e-5

  @Option(help: ArgumentHelp("The highest rate to begin with.", valueName: "rate"))
  var highestRate = 0.1

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Folder of what it writes.", valueName: "folder"),
    completion: .directory)
  var output = "pbt"

  @OptionGroup var seed: SeedOption
  @OptionGroup var workers: WorkerOptions
  @OptionGroup var show: OutputOptions

  func validate() throws {
    try network.validateSize(of: [network.modelKind])
  }

  func run() throws {
    let interrupt = Interrupt()
    try Job.run(interrupt, show) { job in
      let configuration = try configuration()
      let task = try TraineeTask(data, network, average, preset: preset, plan: configuration.plan)
      var lock: FolderLock?
      _ = try job.onFirst {
        lock = try writingOutput { try FolderLock(output) }
        return true
      }
      defer { withExtendedLifetime(lock) {} }
      let store = PopulationStore(path: "\(output)/population.state", trainee: task.problem.description)
      let outcome = try train(
        PopulationJob(configuration, keptIn: store), of: task.problem, job: job, interrupt: interrupt)
      guard job.isFirst else { return }
      let report = PBTReport(task.problem.description, configuration, outcome)
      let written = try writingOutput { try report.write(to: output) }
      store.remove()
      try show.show(report.json, text: report.text + "\nWrote \(written.joined(separator: ", ")).\n")
    }
  }

  private var preset: Preset { length.resolved(for: data.datasetName) }

  private func configuration() throws -> PopulationTraining.Configuration {
    let steps = length.steps ?? preset.steps
    let configuration = PopulationTraining.Configuration(
      members: population, stepBudget: steps, readyInterval: readyInterval ?? max(1, steps / 20),
      share: share,
      exploration: explore, lowestRate: lowestRate, highestRate: highestRate, seed: seed.seed)
    try configuration.validate()
    return configuration
  }

  /// Trains to the end, with progress.
  private func train(
    _ population: PopulationJob, of problem: Problem, job: Job, interrupt: Interrupt
  ) throws -> PopulationJob.Outcome {
    let training = try population.begin(job.communicator)
    let members = population.configuration.members
    let progress = ProgressReporter(
      unit: .things("member"), total: population.configuration.rounds * members,
      done: training.history.rounds.count * members, options: job.silenced(show))
    defer { progress.finish() }
    let count = Counter(training.history.rounds.count * members)
    do {
      return try population.run(
        training, on: job.pool(workers, problem: problem), isWriter: job.isFirst,
        shouldStop: { interrupt.isRequested },
        onMember: { _ in progress.update(done: count.increment()) },
        onRound: { best in
          progress.update(
            done: count.value,
            details: ["best validation loss \(best.loss.fixed(4))", "rate \(best.learningRate.short)"])
        })
    } catch is Interrupted {
      throw interrupt.error(
        advice: "The population is kept in \(population.store.path): the same command goes on from there.")
    }
  }
}

extension PopulationTraining.Exploration: ExpressibleByArgument {}
