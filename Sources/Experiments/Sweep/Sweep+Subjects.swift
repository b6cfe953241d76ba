import Files
import MetaLR

extension Sweep {
  /// Does the runs of several subjects, one after the other.
  ///
  /// - Parameters:
  ///   - subjects: What the rates are tried on.
  ///   - journal: Where runs are recorded, and found again: that of ``journal(at:of:)``; nil for nowhere, and on every rank
  ///     but the first.
  ///   - pool: Makes the trainees of a subject; they are released before those of the next.
  ///   - shouldStop: Asked before every interval.
  ///   - onSubject: Told each subject before its runs.
  ///   - onRun: Told each run that is there, in no fixed order.
  /// - Returns: One row a subject.
  /// - Throws: `Interrupted`, `FileError` of the journal, or what a trainee throws.
  public func run(
    _ subjects: [SweepSubject], recordedIn journal: Journal?, on pool: (Problem) -> TraineePool,
    shouldStop: @escaping @Sendable () -> Bool = { false }, onSubject: (SweepSubject) -> Void = { _ in },
    onRun: @escaping @Sendable (SweepRun) -> Void = { _ in }
  ) throws -> [SweepRow] {
    try subjects.map { subject in
      onSubject(subject)
      let results = try run(
        on: pool(subject.problem), series: "\(subject.model) | \(subject.optimizer)", journal: journal,
        shouldStop: shouldStop, onRun: onRun)
      return SweepRow(subject, results: results)
    }
  }

  /// The journal of a sweep of these subjects, in which its finished runs are found again.
  ///
  /// - Throws: `FileError` where the file cannot be written, or is of other data, another target or another plan.
  public func journal(at path: String, of subjects: [SweepSubject]) throws -> Journal {
    try Journal(path: path, settings: subjects.first.map { Settings(of: $0.problem.description, self) })
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

    init(of trainee: ProblemDescription, _ sweep: Sweep) {
      (dataset, datasetHash, splitSizes) = (trainee.dataset, trainee.datasetHash, trainee.splitSizes)
      (batchSize, command) = (trainee.batchSize, trainee.command)
      (target, plan) = (sweep.target, sweep.plan)
    }
  }
}
