import ArgumentParser
import Foundation
import MPIJob
import MetaLR

/// The processes that do a command's work together: this one alone, or the ranks of an MPI job.
struct Job {
  let communicator: MPICommunicator?

  /// Whether this process writes files and shows progress.
  var isFirst: Bool { (communicator?.rank ?? 0) == 0 }

  /// Does a command's work; ranks after the first keep silent, for the first tells of their errors too.
  static func run(_ interrupt: Interrupt, _ options: OutputOptions, _ work: (Job) throws -> Void) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let job = Job(communicator: try MPICommunicator.join(shouldStop: { interrupt.isRequested }))
    do {
      try work(job)
    } catch  where !job.isFirst {
      throw ExitCode(ExitStatus(of: error).rawValue)
    }
    if !job.silenced(options).quiet { job.tellExchanges(after: (clock.now - start) / .seconds(1)) }
    job.communicator?.leave()
  }

  /// What sharing the work cost, for those who choose the number of ranks.
  private func tellExchanges(after seconds: Double) {
    guard let communicator else { return }
    let cost = communicator.exchanges
    StandardError.write(
      "\(communicator.count) ranks: \(cost.count) exchanges of \((Double(cost.bytes) / 1e6).fixed(1)) MB in all "
        + "took the first rank \(cost.seconds.fixed(1)) s of \(seconds.fixed(1)) s, waiting for others included.\n"
    )
  }

  /// Trainees for this rank's share of the work: as many as asked for, or one a core that no other rank uses.
  func pool(_ workers: WorkerOptions, problem: Problem? = nil) -> TraineePool {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return TraineePool(
      workers: workers.workers ?? max(1, cores / (communicator?.countOnNode ?? 1)),
      communicator: communicator, problem: problem)
  }

  /// Does work in the first process alone and gives its result to all.
  func onFirst<Value: Codable>(_ work: () throws -> Value) throws -> Value {
    try communicator?.onFirstRank(work) ?? work()
  }

  /// Options of output under which only the first process shows anything.
  func silenced(_ options: OutputOptions) -> OutputOptions {
    var options = options
    if !isFirst { options.quiet = true }
    return options
  }
}
