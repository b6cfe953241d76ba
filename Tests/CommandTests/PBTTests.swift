import Foundation
import Testing

@Suite("Population based training by command")
struct PBTTests {
  static func arguments(_ folder: String, _ more: [String] = []) -> [String] {
    ["pbt", "--output", folder, "--population", "5", "--ready-interval", "4", "--steps", "12"]
      + ["--batch-size", "20", "--train-images", "60", "--validation-images", "40", "--test-images", "40"]
      + more
  }

  static func pbt(_ folder: String, _ more: String...) throws -> ProgramRun {
    try ProgramRun(ProgramRun.program, arguments(folder, more), environment: [:])
  }

  /// Every file below a folder with its contents.
  static func contents(_ folder: String) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      if let data = FileManager.default.contents(atPath: "\(folder)/\(name)") { found[name] = data }
    }
    return found
  }

  @Test("It writes a schedule that replay: reads, a picture, tables and event files; workers change no byte")
  func files() throws {
    let folder = try TemporaryFolder()
    let run = try Self.pbt(folder.path + "/a", "--workers", "1")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("Cost: 60 optimizer steps"))
    #expect(try Self.pbt(folder.path + "/b", "--workers", "3").status == 0)
    let files = try Self.contents(folder.path + "/a")
    #expect(files == (try Self.contents(folder.path + "/b")))
    for name in ["schedule.csv", "lineage.svg", "members.csv", "table.md"] { #expect(files[name] != nil) }
    #expect(files.keys.count { $0.hasPrefix("tensorboard/member-") && $0.contains("tfevents") } == 5)
    #expect(files["population.state"] == nil)
    let compared = try CompareTests.compare(folder.path + "/c", "replay:\(folder.path)/a/schedule.csv")
    #expect(compared.status == 0, "\(compared.error)")
  }

  @Test("Killed, it goes on from its file and ends with the same bytes")
  func killed() throws {
    let folder = try TemporaryFolder()
    // A run of many short rounds, killed as soon as some are done.
    let more = ["--steps", "100", "--ready-interval", "2", "--workers", "1"]
    let state = folder.path + "/a/population.state"
    let killed = try ProgramRun(
      ProgramRun.program, Self.arguments(folder.path + "/a", more), environment: [:]
    ) { process in
      for _ in 0..<20_000 where process.isRunning {
        let text = FileManager.default.contents(atPath: state).map {
          String(decoding: $0.prefix(3000), as: UTF8.self)
        }
        if text?.contains("\"step\":2,") == true { break }
        usleep(1000)
      }
      kill(process.processIdentifier, SIGKILL)
    }
    #expect(killed.status == 128 + SIGKILL)
    let other = try ProgramRun(
      ProgramRun.program, Self.arguments(folder.path + "/a", more + ["--seed", "1"]), environment: [:])
    #expect(other.status == 65, "\(other.error)")
    #expect(other.error.contains("population of other settings"))
    for name in ["a", "b"] {
      let run = try ProgramRun(
        ProgramRun.program, Self.arguments("\(folder.path)/\(name)", more), environment: [:])
      #expect(run.status == 0, "\(run.error)")
    }
    #expect(try Self.contents(folder.path + "/a") == Self.contents(folder.path + "/b"))
  }

  @Test(
    "What cannot be trained is refused with the reason",
    arguments: [
      (["--population", "1"], "population is 1"), (["--ready-interval", "301"], "interval is 301"),
      (["--share", "0.7"], "share that copies is 0.7"), (["--lowest-rate", "1"], "range of rates"),
      (["--explore", "jump"], "jump"), (["--trainee", "x"], "Unknown option '--trainee'"),
    ])
  func refused(arguments: [String], reason: String) throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun(
      ProgramRun.program, ["pbt"] + arguments + ["--output", folder.path + "/a"], environment: [:])
    #expect(run.status == 64, "\(run.error)")
    #expect(run.error.contains(reason), "\(run.error)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/a"))
  }
}
