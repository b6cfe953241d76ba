import Foundation
import Testing

@Suite("metalr train-controller --from-runs")
struct ServedRunTrainingTests {
  static let own = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  static let root = own.deletingLastPathComponent().deletingLastPathComponent().path

  /// A folder with the database of a service that served so many runs.
  static func served(_ runs: Int) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let run = try ProgramRun(
      script: """
        cd "$FOLDER" && mkdir checkpoints && cp "$ROOT/checkpoints/universal.ckpt" checkpoints
        "$METALR" serve --checkpoints checkpoints --database runs.sqlite --listen 127.0.0.1:0 --log-format json 2>log &
        until grep -q '"listening"' log || ! kill -0 $!; do sleep 0.1; done
        python3 "$SCRIPT" "http://127.0.0.1:$(sed -n 's/.*"port":"\\([0-9]*\\)".*/\\1/p' log)" \(runs)
        status=$?
        kill -TERM $!
        wait $!
        exit $status
        """,
      environment: [
        "FOLDER": folder.path, "ROOT": root, "SCRIPT": own.path + "/served_runs.py",
      ])
    try #require(run.status == 0, "\(run.output)\(run.error)")
    return folder
  }

  static func arguments(_ folder: TemporaryFolder, _ name: String = "ours") -> [String] {
    [
      "train-controller", "--from-runs", folder.path + "/runs.sqlite", "--episodes", "32",
      "--episodes-per-update", "16", "--seeds", "4", "--output", "\(folder.path)/\(name).ckpt",
    ]
  }

  static func train(_ arguments: [String]) throws -> ProgramRun {
    try ProgramRun(ProgramRun.program, arguments, environment: [:])
  }

  @Test("Four problems cannot show that it is better: it stays a candidate, with status 1 and the figures")
  func candidate() throws {
    let folder = try Self.served(20)
    let run = try Self.train(Self.arguments(folder))
    #expect(run.status == 1, "\(run.error)")
    for text in [
      "Not promoted: it is not better on problems like the runs (", "ours.candidate.ckpt", "ours.runs.json",
    ] {
      #expect(run.output.contains(text), "\(text): \(run.output)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/ours.ckpt"))
    let card = try ProgramRun("inspect", folder.path + "/ours.candidate.ckpt").output
    #expect(card.contains("every other: like served runs  15, checksum "), "\(card)")
    #expect(card.contains("32, an update every 16, after 102400 on drawn"), "\(card)")
    let again = try Self.train(Self.arguments(folder))
    #expect(
      again.status == 64 && again.error.contains("ours.candidate.ckpt' is there already"), "\(again.error)")

    let forced = try Self.train(Self.arguments(folder) + ["--restart", "--force", "--json"])
    let object = try forced.object()
    #expect(
      forced.status == 0 && object["isPromoted"] as? Bool == true && object["isAccepted"] as? Bool == false)
    let rows = try #require(object["test"] as? [[String: Any]])
    #expect(rows.map { $0["problems"] as? String } == ["usual", "like the runs"])
    #expect(rows.allSatisfy { $0["count"] as? Int == 4 })
    #expect(FileManager.default.fileExists(atPath: folder.path + "/ours.ckpt"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/ours.candidate.ckpt"))
  }

  @Test("Killed and resumed it ends with the same bytes, whatever the database has by then")
  func killed() throws {
    let folder = try Self.served(24)
    let more = ["--force", "--seeds", "0"]
    #expect(try Self.train(Self.arguments(folder, "whole") + more).status == 0)
    let killed = try ProgramRun(ProgramRun.program, Self.arguments(folder, "killed") + more, environment: [:])
    {
      process in
      TrainControllerTests.wait(for: 1, in: folder.path + "/killed.state", while: process)
      kill(process.processIdentifier, SIGKILL)
    }
    #expect(killed.status == 128 + SIGKILL)
    try FileManager.default.removeItem(atPath: folder.path + "/runs.sqlite")
    let resumed = try Self.train(Self.arguments(folder, "killed") + more + ["--resume"])
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(
      FileManager.default.contents(atPath: folder.path + "/killed.ckpt")
        == FileManager.default.contents(atPath: folder.path + "/whole.ckpt"))
  }

  @Test("What cannot be learned from is refused, with what is missing")
  func refusals() throws {
    let folder = try Self.served(3)
    let text = try folder.add("text", "no database")
    for (change, status, message) in [
      ([], 65, "has 3 runs to learn from, of 3 that were looked at"),
      (["--runs-label", "job=x"], 65, "has 0 runs to learn from"),
      (["--runs-label", "job"], 64, "KEY=VALUE"),
      (["--from-runs", folder.path + "/none"], 66, "none' does not exist"),
      (["--from-runs", text], 65, "could not be opened as a database"),
      (["--from", "fashion"], 64, "give one for any training, such as universal"),
      (["--from", "nobody"], 66, "nobody"), (["--seeds", "0"], 64, "--force"),
      (["--dataset", "shapes"], 64, "leave out"), (["--problems", "x.json"], 64, "leave out"),
      (["--preset", "quick"], 64, "leave out"), (["--resume"], 66, "ours.runs.json' does not exist"),
    ] as [([String], Int32, String)] {
      let run = try Self.train(Self.arguments(folder) + change)
      #expect(run.status == status && run.error.contains(message), "\(change): \(run.status) \(run.error)")
    }
    let alone = try Self.train(["train-controller", "--force", "--output", folder.path + "/ours.ckpt"])
    #expect(alone.status == 64 && alone.error.contains("--force belongs to --from-runs"), "\(alone.error)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.hasPrefix("ours") })
  }
}
