import BuiltInTrainees
import Files
import Foundation
import MetaLR
import Testing

@testable import Training

@Suite("A training that goes on from served runs")
struct ContinuedTrainingTests {
  static let shipped =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/checkpoints/universal.ckpt"

  /// A test that says what it is told to.
  private struct Verdict: ControllerTest, ControllerTestResult {
    let isAccepted: Bool
    var rows: [EvaluationRow] { [] }

    func run(
      _ training: ControllerTraining, on pool: TraineePool, shouldStop: @escaping @Sendable () -> Bool,
      onEvent: @escaping @Sendable (TrainingJob.Event) -> Void
    ) -> any ControllerTestResult { self }
  }

  private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  @Test("A controller that its test does not accept is a candidate, and takes no place but by force")
  func candidate() throws {
    let folder = TrainingJobTests.Folder()
    let pool = TraineePool(workers: 1)
    var refused = TrainingJobTests.job(folder, test: Verdict(isAccepted: false))
    let files = refused.files
    let outcome = try refused.run(on: pool, .fresh)
    #expect(outcome.path == files.candidate && Self.exists(files.candidate))
    #expect(files.candidate.hasSuffix("/a.candidate.ckpt"))
    #expect(!Self.exists(files.checkpoint) && !Self.exists(files.state))
    let error = #expect(throws: FinishedTraining.self) { try refused.run(on: pool, .fresh) }
    #expect(error?.checkpoint == files.candidate)
    refused.promotesAnyway = true
    #expect(try refused.run(on: pool, .restarted).path == files.checkpoint)
    #expect(!Self.exists(files.candidate), "that of before is gone")
    let held = FileManager.default.contents(atPath: files.checkpoint)
    var other = TrainingJobTests.configuration()
    other.seed = 9
    let again = TrainingJobTests.job(folder, configuration: other, test: Verdict(isAccepted: false))
    #expect(try again.run(on: pool, .restarted).path == files.candidate)
    #expect(FileManager.default.contents(atPath: files.checkpoint) == held, "the one before keeps its place")
    let accepted = TrainingJobTests.job(folder, configuration: other, test: Verdict(isAccepted: true))
    #expect(try accepted.run(on: pool, .restarted).path == files.checkpoint)
    #expect(FileManager.default.contents(atPath: files.checkpoint) != held)
  }

  /// Small enough for a test.
  private static func job(_ folder: TrainingJobTests.Folder, _ name: String, runs: [ServedRun]) throws
    -> TrainingJob
  {
    let trained = try Checkpoint(contentsOf: shipped)
    var configuration = ControllerTraining.Configuration.continuation(of: trained.controller, episodes: 32)
    configuration.episodesPerUpdate = 16
    return try TrainingJob.continuing(
      trained, like: runs, configuration: configuration,
      files: ControllerFiles(checkpoint: "\(folder.path)/\(name).ckpt"), testProblems: 2)
  }

  private static let runs = (0..<20).map { ServedRunProblemsTests.run(totalSteps: 50 + $0, interval: 5) }

  @Test("Stopped and resumed by other workers it writes the same bytes, and the runs beside them")
  func resumed() throws {
    let folder = TrainingJobTests.Folder()
    let (whole, parts) = (
      try Self.job(folder, "whole", runs: Self.runs), try Self.job(folder, "parts", runs: Self.runs)
    )
    let outcome = try whole.run(on: TraineePool(workers: 2), .fresh)
    TrainingJobTests.stop(parts, after: 1)
    #expect(try ServedRun.read(parts.files.runs) == Self.runs)
    #expect(throws: ChangedTraining.self) {
      try Self.job(folder, "parts", runs: Self.runs.reversed()).run(on: TraineePool(workers: 1), .resumed)
    }
    let again = try parts.run(on: TraineePool(workers: 1), .resumed)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: again.path))
        == Data(contentsOf: URL(fileURLWithPath: outcome.path)))
    let result = try #require(outcome.test as? PairedTest.Result)
    #expect(again.test as? PairedTest.Result == result && result.kind.pairs.count == 2)
    #expect(outcome.card.earlier.count == 1)
    // It is used with the fall of the one before, and learns without it.
    let before = try Checkpoint(contentsOf: Self.shipped).controller.action
    #expect(before.fall > 0 && outcome.training.controller.action == before)
    #expect(outcome.training.configuration.action.fall == 0)
    let told = outcome.card.problems.settings.last
    #expect(told?.name == "every other: like served runs" && told?.value.hasPrefix("15, checksum ") == true)
  }

  @Test("Few runs are refused, and what holds no runs is named")
  func refusals() throws {
    let folder = TrainingJobTests.Folder()
    let error = #expect(throws: ConfigurationError.self) {
      try Self.job(folder, "a", runs: Array(Self.runs.dropLast()))
    }
    #expect(error?.value == "19")
    for text in ["[]", "{}", "nonsense"] {
      try AtomicFile.write(text, to: folder.path + "/x.runs.json")
      let error = #expect(throws: FileError.self) { try ServedRun.read(folder.path + "/x.runs.json") }
      #expect(error?.problem == "holds no served runs")
    }
  }
}
