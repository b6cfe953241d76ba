import Experiments
import Files
import MetaLR

/// One data set and model on which methods are compared.
struct ComparisonTask {
  let trainee: TraineeOptions
  let preset: Preset
  let comparison: Comparison

  /// Far from the seeds that are reported on.
  static let firstSearchSeed: UInt64 = 1_000_000
}

/// What a comparison came to on one task.
struct TaskResults {
  let trainee: ProblemDescription
  let plan: RunPlan
  let searchSeeds: Int
  let runs: [ComparedRuns]

  /// "LeNet-5 on fashion".
  var title: String { trainee.summary }
}

/// Does the runs of a comparison, task by task, with progress.
struct ComparisonWork {
  let tasks: [ComparisonTask]
  let folder: String
  let workers: WorkerOptions
  let options: OutputOptions
  let interrupt: Interrupt

  func run(_ job: Job) throws -> [TaskResults] {
    let journal =
      job.isFirst
      ? try writingOutput { try Journal(path: "\(folder)/runs.jsonl", settings: ["comparison": 1]) } : nil
    let progress = ProgressReporter(
      unit: .things("run"), total: tasks.map(\.comparison.runCount).reduce(0, +), options: options)
    defer { progress.finish() }
    let count = Counter()
    let interrupt = interrupt
    do {
      return try tasks.map { task in
        let subject = try TraineeTask(task.trainee, preset: task.preset, plan: task.comparison.plan)
        try subject.requireTests()
        let description = subject.problem.description
        progress.update(done: count.value, details: [description.summary])
        let runs = try writingOutput {
          try task.comparison.run(
            on: job.pool(workers, problem: subject.problem),
            task: "\(description.identity) | \(task.comparison.plan.identity)", journal: journal,
            shouldStop: { interrupt.isRequested }, onRun: { progress.update(done: count.increment()) })
        }
        return TaskResults(
          trainee: description, plan: task.comparison.plan,
          searchSeeds: task.comparison.searchSeeds.count, runs: runs)
      }
    } catch is Interrupted {
      throw interrupt.error(
        advice: "Finished runs are kept in \(folder)/runs.jsonl: the same command goes on from there.")
    }
  }
}

extension DistributionDescription {
  /// "LeNet-5 on fashion, LeNet-5 on shapes", or the distribution's name.
  var summary: String {
    problems.isEmpty ? "\(name) problems" : problems.map(\.summary).joined(separator: ", ")
  }
}

extension ProblemDescription {
  /// "LeNet-5 on fashion".
  var summary: String { dataset.isEmpty ? model : "\(model) on \(dataset)" }

  /// Everything that decides the runs of a trainee, but rates and seeds.
  fileprivate var identity: String {
    "\(dataset) \(datasetHash) \(splitSizes.map(String.init).joined(separator: "/")) | \(model) | \(optimizer) | "
      + "batch \(batchSize)" + (command.map { " | \($0)" } ?? "")
  }
}

extension RunPlan {
  fileprivate var identity: String { "\(stepBudget) steps by \(interval)" }
}
