import BuiltInTrainees
import Experiments
import Foundation
import MetaLR

extension TrainingJob {
  /// Fewer runs tell too little of what the next ones will be.
  public static let fewestServedRuns = 20
  /// One run in so many is kept from the training, for its test.
  private static let heldOutRuns = 4

  /// A training that goes on with a controller on problems like the runs of a service, and on usual ones in turn.
  ///
  /// It is rewarded as any training; nothing that a run decided is imitated. Problems of the test are like every fourth run, which the
  /// training does not look at. See ``PairedTest`` for what it has to pass.
  ///
  /// - Parameters:
  ///   - trained: The controller, one for any training.
  ///   - runs: The runs, at least ``fewestServedRuns``.
  ///   - optimizer: That of all problems; nil for the one that the controller drives, or else each run's own.
  ///   - configuration: How it is trained.
  ///   - files: Where it writes.
  ///   - testProblems: How many problems of each sort the test has; 0 for no test.
  /// - Returns: The job, with the runs as an attachment.
  /// - Throws: `ConfigurationError` for too few runs; `OptimizerError`.
  public static func continuing(
    _ trained: Checkpoint, like runs: [ServedRun], optimizer: Optimizer.Configuration? = nil,
    configuration: ControllerTraining.Configuration, files: ControllerFiles, testProblems: Int
  ) throws -> TrainingJob {
    guard runs.count >= fewestServedRuns else {
      throw ConfigurationError(
        name: "number of served runs", value: "\(runs.count)", expected: "at least \(fewestServedRuns)")
    }
    let optimizer =
      try optimizer ?? trained.card.drivenOptimizer.map { try Optimizer.Configuration(parsing: $0) }
    func problems(_ isIncluded: (Int) -> Bool) -> ServedRunProblems {
      ServedRunProblems(
        runs: runs.enumerated().filter { isIncluded($0.offset) }.map(\.element), optimizer: optimizer)
    }
    let learned = problems { $0 % heldOutRuns != heldOutRuns - 1 }
    let kept = problems { $0 % heldOutRuns == heldOutRuns - 1 }
    var usual = DrawnRange.universal
    usual.optimizer = optimizer
    var job = TrainingJob(
      problems: MixedProblems(try DrawnProblems(usual), learned), configuration: configuration,
      trained: trained, files: files,
      test: testProblems > 0
        ? try PairedTest(
          incumbent: trained.controller, like: kept, optimizer: optimizer, count: testProblems) : nil)
    job.attachments = [Attachment(path: files.runs, data: try ServedRun.encoded(runs))]
    return job
  }
}
