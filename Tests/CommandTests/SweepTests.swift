import Foundation
import Testing

@Suite("Sweeping rates")
struct SweepTests {
  static func sweep(_ folder: String, _ more: [String] = []) throws -> ProgramRun {
    try ProgramRun(
      ProgramRun.program,
      ["sweep", "--output", folder, "--optimizers", "sgd", "adam", "--rates", "0.001", "0.01", "100"]
        + ["--target-accuracy", "0.15", "--accuracy-images", "50"] + TrainControllerTests.small + more,
      environment: [:])
  }

  static let files = ["curves.csv", "curves.svg", "heatmap.svg", "runs.csv", "table.md"]

  @Test("It writes pictures and tables, and going on from half its record changes no byte of them but times")
  func files() throws {
    let folder = try TemporaryFolder()
    let run = try Self.sweep(folder.path + "/a")
    #expect(run.status == 0, "\(run.error)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a").sorted()
        == (Self.files + ["runs.jsonl", "tensorboard", "times.csv"]).sorted())
    let events = try FileManager.default.subpathsOfDirectory(atPath: folder.path + "/a/tensorboard")
    #expect(events.count { $0.contains("tfevents") } == 6)
    let runs = try String(contentsOfFile: folder.path + "/a/runs.csv", encoding: .utf8)
    #expect(runs.split(separator: "\n").count == 1 + 6)
    #expect(runs.contains("sgd,100.0,0,diverged,"))

    let record = try String(contentsOfFile: folder.path + "/a/runs.jsonl", encoding: .utf8)
    try FileManager.default.createDirectory(atPath: folder.path + "/b", withIntermediateDirectories: true)
    try String(record.prefix(record.count / 2)).write(
      toFile: folder.path + "/b/runs.jsonl", atomically: false, encoding: .utf8)
    #expect(try Self.sweep(folder.path + "/b", ["--workers", "3"]).status == 0)
    for name in Self.files {
      #expect(
        FileManager.default.contents(atPath: "\(folder.path)/a/\(name)")
          == FileManager.default.contents(atPath: "\(folder.path)/b/\(name)"), "\(name)")
    }
  }

  @Test("Widths scale the network, and JSON tells outcomes from numbers")
  func widths() throws {
    let folder = try TemporaryFolder()
    let run = try Self.sweep(folder.path + "/a", ["--widths", "0.5", "1", "--json"])
    let rows = try #require(try run.object()["rows"] as? [[String: Any]])
    #expect(
      rows.compactMap { $0["model"] as? String } == ["LeNet-5 x0.5", "LeNet-5 x0.5", "LeNet-5", "LeNet-5"])
    let rates = try #require(rows[0]["rates"] as? [[String: Any]])
    #expect(rates.last?["outcome"] as? String == "diverged")
  }

  @Test("A record of another target is refused")
  func otherSettings() throws {
    let folder = try TemporaryFolder()
    #expect(try Self.sweep(folder.path + "/a", ["--seeds", "1"]).status == 0)
    let other = try ProgramRun(
      ProgramRun.program,
      ["sweep", "--output", folder.path + "/a", "--target-accuracy", "0.3"] + TrainControllerTests.small,
      environment: [:])
    #expect(other.status == 73, "\(other.error)")
    #expect(other.error.contains("was made with other settings"))
  }

  @Test(
    "What cannot be swept is refused with the reason",
    arguments: [
      (["--rates", "0"], "give positive numbers"), (["--rates", "0.1", "0.1"], "give each rate once"),
      (["--rates", "0.1", "--rate-count", "3"], "--rates lists the rates themselves"),
      (["--lowest-rate", "1", "--highest-rate", "0.1"], "range of rates"),
      (["--optimizers", "magic"], "There is no optimizer 'magic'"),
      (["--optimizers", "sgd", "sgd"], "holds 'sgd' twice"), (["--widths", "0"], "cannot be scaled by 0.0"),
      (["--target-accuracy", "1.5"], "target accuracy is 1.5"),
      (["--target-accuracy", "0.5", "--target-loss", "1"], "exclude each other"),
      (["--seeds", "0"], "--seeds is 0"), (["--trainee", "x"], "give --target-loss"),
      (["--trainee", "x", "--target-loss", "1", "--widths", "2"], "give --trainee alone"),
    ])
  func refused(arguments: [String], reason: String) throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun(
      ProgramRun.program, ["sweep"] + arguments + ["--output", folder.path + "/a"], environment: [:])
    #expect(run.status == 64, "\(run.error)")
    #expect(run.error.contains(reason), "\(run.error)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/a"))
  }
}
