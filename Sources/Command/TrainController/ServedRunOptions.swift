import ArgumentParser
import Files
import Foundation
import MetaLR
import Training

#if Service
  import Service
#endif

/// Learning from the runs of a service.
struct ServedRunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Go on with a controller on problems like the runs in this database of metalr serve, of those that say \"learn\": a file, or postgres://user@host/name.",
      discussion: "It takes the place of --output where a paired test finds it better; else the status is 1.",
      valueName: "database"),
    completion: .file())
  var fromRuns: String?

  @Option(help: ArgumentHelp("Only runs with this label.", valueName: "key=value"))
  var runsLabel: String?

  @Flag(help: "Write it to --output whatever the paired test says.")
  var force = false

  /// The controller that it goes on with where none is named.
  static let usualController = "universal"
  /// Forty updates: minutes, and enough to move a controller that is good already.
  static let episodes = 10_240
  /// Problems of each sort in the test.
  static let testProblems = 200

  /// Checks what belongs together.
  func validate(testProblems: Int?) throws {
    guard fromRuns != nil else {
      if let option = runsLabel != nil ? "--runs-label" : force ? "--force" : nil {
        throw ValidationError("\(option) belongs to --from-runs.")
      }
      return
    }
    guard testProblems != 0 || force else {
      throw ValidationError(
        "With --seeds 0 nothing tells whether the controller is better; give --force to take it all the same."
      )
    }
  }

  /// The runs: those of the database, or of the training that is resumed.
  func runs(_ database: String, resumed files: ControllerFiles?) throws -> [ServedRun] {
    // The database may have more by now.
    if let files { return try ServedRun.read(files.runs) }
    #if Service
      let found = try ServedRuns(database: database, label: runsLabel)
      guard found.runs.count >= TrainingJob.fewestServedRuns else {
        throw FileError(
          path: database,
          problem: "has \(found.runs.count) runs to learn from, of \(found.looked) that were looked at "
            + "(\(found.unfinished) more may be learned from and are open, or ended before their second observation)",
          remedy: "At least \(TrainingJob.fewestServedRuns) are needed: open runs with \"learn\": true, "
            + "or start the service with --learn-from-runs.")
      }
      return found.runs
    #else
      throw MissingService(command: "train-controller --from-runs")
    #endif
  }
}
