import ArgumentParser
import Foundation

/// How many trainees work at once.
struct WorkerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Training runs side by side (default: one a core); results do not depend on it.", valueName: "count"))
  var workers: Int?

  var count: Int { workers ?? ProcessInfo.processInfo.activeProcessorCount }

  func validate() throws {
    if let workers, !(1...1024).contains(workers) {
      throw ValidationError("--workers is \(workers); give a whole number from 1 to 1024.")
    }
  }
}
