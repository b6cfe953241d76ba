import Foundation
import Testing

@Suite("Doing the paper's experiments again")
struct ReproduceTests {
  static func reproduce(_ table: String, _ folder: String, _ more: String...) throws -> ProgramRun {
    try ProgramRun(
      ProgramRun.program,
      [
        "reproduce", table, "--output", folder, "--episodes", "2", "--episodes-per-update", "2", "--seeds",
        "2",
      ]
        + ["--initial-rates", "0.01", "--actors", "mlp", "--preset", "quick"] + more
        + TrainControllerTests.small,
      environment: [:])
  }

  @Test("Both tables in turn: controllers and searches are made once, and a second time changes nothing")
  func tables() throws {
    let folder = try TemporaryFolder()
    let first = try Self.reproduce("table1", folder.path, "--datasets", "shapes")
    #expect(first.status == 0, "\(first.error)")
    for name in ["shapes mlp", "step-grid: step:", "cosine: cosine:", "one-cycle: ", "sgdr: "] {
      #expect(first.output.contains("\n\(name)"), "\(name)")
    }
    let checkpoint = FileManager.default.contents(atPath: folder.path + "/controllers/shapes-cnn-mlp.ckpt")
    #expect(checkpoint != nil)
    let again = try Self.reproduce("table1", folder.path, "--datasets", "shapes")
    #expect(again.output == first.output)
    #expect(!again.error.contains("episode"))
    let other = try Self.reproduce(
      "table1", folder.path, "--datasets", "shapes", "--episode-validation-images", "50")
    #expect(other.status == 64 && other.error.contains("was trained on another trainee"), "\(other.error)")
    let moved = try Self.reproduce(
      "table2", folder.path, "--from", "shapes", "--to", "shapes", "--data-seed", "0")
    #expect(moved.output.contains("\nstep-grid of shapes (step:"), "\(moved.error)")
    #expect(
      FileManager.default.contents(atPath: folder.path + "/controllers/shapes-cnn-mlp.ckpt") == checkpoint)
    #expect(FileManager.default.fileExists(atPath: folder.path + "/table2.md"))
  }

  @Test("A ResNet that --models names may have any size, LeNet-5 none")
  func sizes() throws {
    let folder = try TemporaryFolder()
    for (models, status) in [(["resnet"], Int32(66)), (["cnn", "resnet"], 66), (["cnn"], 64)] {
      let run = try ProgramRun(
        ProgramRun.program,
        ["reproduce", "table1", "--data", folder.path, "--output", folder.path + "/a", "--width", "4"]
          + ["--models"] + models, environment: [:])
      // 66: the options are fine, and the data are not there.
      #expect(run.status == status, "\(models): \(run.error)")
    }
  }

  @Test("Options that the experiment decides are refused")
  func refused() throws {
    let folder = try TemporaryFolder()
    for arguments in [
      ["--dataset", "fashion"], ["--trainee", "x"], ["--seeds", "0"],
      ["--teacher", "cosine:0.01", "cosine:0.02"],
    ] {
      let run = try ProgramRun(
        ProgramRun.program, ["reproduce", "table1", "--output", folder.path + "/a"] + arguments,
        environment: [:])
      #expect(run.status == 64, "\(arguments): \(run.error)")
    }
  }
}
