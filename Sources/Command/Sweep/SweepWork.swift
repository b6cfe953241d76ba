import Experiments
import Files
import MetaLR

/// A trainee of a sweep: one row of one heat map.
struct SweepSubject {
  /// The network, which has a map of its own.
  let model: String
  /// The row's name: the optimizer.
  let row: String
  let problem: Problem
}

/// What the rates of one subject came to.
struct SweepRow {
  let model: String
  let name: String
  let trainee: ProblemDescription
  let results: [SweepResult]
}

/// Does the runs of a sweep, trainee by trainee, with progress.
struct SweepWork {
  let subjects: [SweepSubject]
  let sweep: Sweep
  let folder: String
  let workers: WorkerOptions
  let options: OutputOptions
  let interrupt: Interrupt

  func run(_ job: Job) throws -> [SweepRow] {
    let journal =
      job.isFirst
      ? try writingOutput { try Journal(path: "\(folder)/runs.jsonl", settings: settings) } : nil
    let progress = ProgressReporter(
      unit: .things("run"), total: subjects.count * sweep.runCount, options: options)
    defer { progress.finish() }
    let count = Counter()
    let interrupt = interrupt
    do {
      return try subjects.map { subject in
        let name = subjects.count > 1 ? "\(subject.row), \(subject.model)" : subject.row
        progress.update(done: count.value, details: [name])
        let results = try writingOutput {
          try sweep.run(
            on: job.pool(workers, problem: subject.problem), series: "\(subject.model) | \(subject.row)",
            journal: journal, shouldStop: { interrupt.isRequested },
            onRun: { _ in progress.update(done: count.increment()) })
        }
        return SweepRow(
          model: subject.model, name: subject.row, trainee: subject.problem.description, results: results)
      }
    } catch is Interrupted {
      throw interrupt.error(
        advice: "Finished runs are kept in \(folder)/runs.jsonl: the same command goes on from there.")
    }
  }

  /// What the results depend on, besides what their keys hold.
  private struct Settings: Encodable {
    var sweep = 1
    let dataset: String
    let datasetHash: String
    let splitSizes: [Int]
    let batchSize: Int
    let command: String?
    let target: SweepTarget
    let plan: RunPlan
  }

  private var settings: Settings? {
    subjects.first.map { subject in
      let trainee = subject.problem.description
      return Settings(
        dataset: trainee.dataset, datasetHash: trainee.datasetHash, splitSizes: trainee.splitSizes,
        batchSize: trainee.batchSize, command: trainee.command, target: sweep.target, plan: sweep.plan)
    }
  }
}
