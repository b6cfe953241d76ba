import Files
import Foundation
import MetaLR
import Synchronization
import Testing

@testable import Training

@Suite("The training of a controller as a job")
struct TrainingJobTests {
  /// A folder for one test, removed at its end.
  final class Folder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("training-\(UUID())").path
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  static func configuration(episodes: Int = 12) -> ControllerTraining.Configuration {
    var configuration = ControllerTraining.Configuration()
    configuration.episodes = episodes
    configuration.initialLearningRates = [0.01, 0.1]
    configuration.actor = .mlp(hidden: 4)
    configuration.critic = .mlp(hidden: 4)
    configuration.seed = 7
    return configuration
  }

  static func job(
    _ folder: Folder, _ name: String = "a", configuration: ControllerTraining.Configuration = configuration(),
    test: (any ControllerTest)? = nil
  ) -> TrainingJob {
    TrainingJob(
      problems: ProblemList([SlopeTrainee.problem()]), configuration: configuration,
      files: ControllerFiles(checkpoint: "\(folder.path)/\(name).ckpt"), test: test)
  }

  /// Runs a job until so many updates are made.
  static func stop(_ job: TrainingJob, _ start: TrainingJob.Start = .fresh, after updates: Int) {
    let count = Atomic<Int>(0)
    #expect(throws: Interrupted.self) {
      try job.run(
        on: TraineePool(workers: 1), start, shouldStop: { count.load(ordering: .relaxed) >= updates },
        onEvent: { event in
          if case .updated = event { count.add(1, ordering: .relaxed) }
        })
    }
  }

  @Test(
    "Stopped after any update and resumed with other workers, it writes the same bytes", arguments: [0, 1, 2])
  func resumed(updates: Int) throws {
    let folder = Folder()
    let (whole, parts) = (Self.job(folder, "whole"), Self.job(folder, "parts"))
    _ = try whole.run(on: TraineePool(workers: 1), .fresh)
    Self.stop(parts, after: updates)
    #expect(FileManager.default.fileExists(atPath: parts.files.state))
    let outcome = try parts.run(on: TraineePool(workers: 3), .resumed)
    #expect(outcome.training.state.episodeCount == 12)
    for file in [\ControllerFiles.checkpoint, \.log] {
      let bytes = try #require(FileManager.default.contents(atPath: parts.files[keyPath: file]))
      #expect(bytes == FileManager.default.contents(atPath: whole.files[keyPath: file]))
    }
    #expect(!FileManager.default.fileExists(atPath: parts.files.state))
  }

  @Test("Nothing unfinished or finished is replaced unless that is asked for")
  func starts() throws {
    let folder = Folder()
    let job = Self.job(folder)
    let pool = TraineePool(workers: 1)
    Self.stop(job, after: 1)
    #expect(throws: UnfinishedTraining.self) { try job.run(on: pool, .fresh) }
    #expect(throws: ChangedTraining.self) {
      var other = Self.configuration()
      other.seed = 8
      _ = try Self.job(folder, configuration: other).run(on: pool, .resumed)
    }
    _ = try job.run(on: pool, .restarted)
    let once = FileManager.default.contents(atPath: job.files.checkpoint)
    #expect(throws: FinishedTraining.self) { try job.run(on: pool, .fresh) }
    #expect(throws: FinishedTraining.self) { try job.run(on: pool, .resumed) }
    _ = try job.run(on: pool, .restarted)
    #expect(FileManager.default.contents(atPath: job.files.checkpoint) == once)
  }

  @Test("A longer training goes on from a shorter one that was stopped")
  func longer() throws {
    let folder = Folder()
    Self.stop(Self.job(folder, "a"), after: 2)
    let longer = Self.configuration(episodes: 16)
    _ = try Self.job(folder, "a", configuration: longer).run(on: TraineePool(workers: 1), .resumed)
    _ = try Self.job(folder, "b", configuration: longer).run(on: TraineePool(workers: 1), .fresh)
    #expect(
      FileManager.default.contents(atPath: folder.path + "/a.ckpt")
        == FileManager.default.contents(atPath: folder.path + "/b.ckpt"))
  }

  @Test("Where nothing can be written, it says so before the first episode")
  func unwritable() throws {
    let folder = Folder()
    try AtomicFile.write("x", to: folder.path + "/file")
    let job = TrainingJob(
      problems: ProblemList([SlopeTrainee.problem()]), configuration: Self.configuration(),
      files: ControllerFiles(checkpoint: folder.path + "/file/a.ckpt"))
    let episodes = Atomic<Int>(0)
    #expect(throws: OutputError.self) {
      try job.run(
        on: TraineePool(workers: 1), .fresh,
        onEvent: { event in
          if case .episode = event { episodes.add(1, ordering: .relaxed) }
        })
    }
    #expect(episodes.load(ordering: .relaxed) == 0)
  }

  @Test("The log has a row for each episode, in order, with the problem's name and what the run came to")
  func log() throws {
    let folder = Folder()
    let job = Self.job(folder)
    let outcome = try job.run(on: TraineePool(workers: 2), .fresh)
    let text = try String(contentsOfFile: job.files.log, encoding: .utf8)
    // The problem's name has commas: columns behind it are counted from the end.
    let rows = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let fromEnd = rows[0].count - (try #require(rows[0].firstIndex(of: "best_validation_loss")))
    #expect(rows[0].first == "episode")
    #expect(rows.dropFirst().map { String($0[0]) } == (0..<12).map(String.init))
    #expect(
      rows.dropFirst().map { Double($0[$0.count - fromEnd]) }
        == outcome.training.state.episodes.map(\.bestValidationLoss))
    #expect(FileManager.default.fileExists(atPath: job.files.events))
  }

  @Test("The checkpoint's card tells the problems, the training, its cost and its test")
  func card() throws {
    let folder = Folder()
    let test = HeldOutSeedsTest(problem: SlopeTrainee.problem(), seeds: HeldOutSeeds.first(3))
    let job = Self.job(folder, test: test)
    let outcome = try job.run(on: TraineePool(workers: 1), .fresh)
    let card = try Checkpoint(contentsOf: job.files.checkpoint).card
    #expect(card == outcome.card)
    #expect(card.problems.problems.map(\.dataset) == ["slope"])
    #expect(card.training == Self.configuration())
    // Twelve episodes of eight steps each.
    #expect(card.episodes == 12 && card.steps == 96)
    #expect(card.evaluation.count == 8)
    #expect(
      job.wouldMake(card) && !Self.job(folder, configuration: Self.configuration(episodes: 4)).wouldMake(card)
    )
  }
}
