import Experiments
import Files
import MetaLR

extension TrainController {
  /// Runs the trained controller and what it is to be better than on seeds that it was not trained on.
  func test(
    _ training: ControllerTraining, seeds: [UInt64], on pool: TraineePool, interrupt: Interrupt
  ) throws -> [MethodRuns] {
    let evaluator = Evaluator(
      pool: pool, plan: training.configuration.plan, options: show, interrupt: interrupt,
      advice: "The training is done and saved: the same command with --resume goes on with the test.")
    return try evaluator.run(
      [
        .controller(training.controller),
        .controller(try training.untrainedController(), name: "untrained"), .constant, .cosine,
      ], initialLearningRates: training.configuration.initialLearningRates, seeds: seeds)
  }

  /// Draws the pictures and prints the results.
  func report(_ training: ControllerTraining, tests: [MethodRuns], files: ControllerFiles) throws {
    var written = [files.checkpoint, files.log, files.events]
    if !tests.isEmpty {
      let pictures = ComparisonPictures(results: tests)
      try writingOutput {
        try pictures.schedules.write(to: files.schedules)
        try pictures.losses.write(to: files.losses)
      }
      written += [files.schedules, files.losses]
    }
    let table = ComparisonTable(tests)
    let heading = tests.isEmpty ? "" : "On held-out seeds:\n\n\(table.text)\n"
    try show.show(
      Result(episodes: training.state.episodes.count, evaluation: table.rows, written: written),
      text: heading + "Wrote \(written.joined(separator: ", ")).\n")
  }

  private struct Result: Encodable {
    let episodes: Int
    let evaluation: [RunsSummary]
    let written: [String]
  }
}
