import Foundation
import Testing

@Suite("Comparing methods")
struct CompareTests {
  static func compare(_ folder: String, _ more: String...) throws -> ProgramRun {
    try ProgramRun(
      ProgramRun.program,
      ["compare"] + more + ["--output", folder, "--seeds", "2", "--initial-rates", "0.01"]
        + TrainControllerTests.small, environment: [:])
  }

  @Test("It writes every form of the report, and going on from its record changes no byte of them")
  func files() throws {
    let folder = try TemporaryFolder()
    let methods = ["constant", "best:cosine:0.01|cosine:0.001", "mine=step:0.01,4,0.5"]
    let run = try Self.compare(folder.path + "/a", methods[0], methods[1], methods[2], "--models", "cnn")
    #expect(run.status == 0, "\(run.error)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a").sorted()
    #expect(
      names == [
        "curves.csv", "losses.svg", "rates.svg", "report.html", "results.json", "runs.csv", "runs.jsonl",
        "search.csv", "table.md", "tensorboard",
      ])
    let events = try FileManager.default.subpathsOfDirectory(atPath: folder.path + "/a/tensorboard")
    #expect(events.count { $0.contains("tfevents") } == 6)
    for name in ["constant", "best of 2: cosine:0.0", "mine"] { #expect(run.output.contains("\n\(name)")) }
    let runs = try String(contentsOfFile: folder.path + "/a/runs.csv", encoding: .utf8)
    #expect(runs.split(separator: "\n").count == 1 + 3 * 2)

    // A record that a kill left half-way.
    let record = try String(contentsOfFile: folder.path + "/a/runs.jsonl", encoding: .utf8)
    try FileManager.default.createDirectory(atPath: folder.path + "/b", withIntermediateDirectories: true)
    try String(record.prefix(record.count / 2)).write(
      toFile: folder.path + "/b/runs.jsonl", atomically: false, encoding: .utf8)
    #expect(
      try Self.compare(folder.path + "/b", methods[0], methods[1], methods[2], "--models", "cnn").status == 0)
    for name in names where name != "report.html" && name != "runs.jsonl" && name != "tensorboard" {
      #expect(
        FileManager.default.contents(atPath: "\(folder.path)/a/\(name)")
          == FileManager.default.contents(atPath: "\(folder.path)/b/\(name)"), "\(name)")
    }
  }

  @Test("A size is for the ResNet that --models names")
  func sizes() throws {
    let folder = try TemporaryFolder()
    let run = try Self.compare(
      folder.path + "/a", "constant", "--models", "cnn", "resnet", "--width", "2", "--blocks", "1")
    #expect(run.status == 0, "\(run.error)")
    let runs = try String(contentsOfFile: folder.path + "/a/runs.csv", encoding: .utf8)
    #expect(runs.split(separator: "\n").count == 1 + 2 * 2)
  }

  @Test("A controller is compared on the optimizer that it drives, however its constants are written")
  func drivenOptimizer() throws {
    let folder = try TemporaryFolder()
    let names = ["schedule-free-adamw:power=1,beta2=0.99,beta=0.8", "schedule-free-adamw"]
    let runs = try names.map { name in
      try Self.compare(folder.path + "/a", "controller:universal-sf", "--optimizer", name)
    }
    #expect(runs[0].status == 0, "\(runs[0].error)")
    #expect(runs[1].status == 64 && runs[1].error.contains("or compare it by --suites"), "\(runs[1].error)")
  }

  @Test(
    "What cannot be compared is refused with the reason",
    arguments: [
      (["nonsense"], 64, "There is no schedule 'nonsense'"),
      (["best:"], 64, "needs schedules to choose from"),
      (["controller:missing.ckpt"], 66, "'missing.ckpt' is neither a file"),
      (["guarded:"], 64, "'guarded:' needs a file or a name behind it"),
      (["guarded:missing.ckpt"], 66, "'missing.ckpt' is neither a file"),
      (["constant", "constant"], 64, "'constant' comes twice"),
      (["step:0.1,0,0.9"], 64, "step:0.1,0,0.9"),
      (["constant", "--search-seeds", "0"], 64, "--search-seeds is 0"),
      (["constant", "--trainee", "x", "--datasets", "shapes"], 64, "give --trainee alone"),
      (["constant", "--models", "cnn", "--width", "4"], 64, "are for --model resnet"),
      ([], 64, "Missing expected argument"),
    ])
  func refused(arguments: [String], status: Int32, reason: String) throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun(
      ProgramRun.program, ["compare"] + arguments + ["--output", folder.path + "/a"], environment: [:])
    #expect(run.status == status, "\(run.error)")
    #expect(run.error.contains(reason), "\(run.error)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/a"))
  }
}
