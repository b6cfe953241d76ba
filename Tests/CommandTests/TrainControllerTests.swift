import Foundation
import MetaLR
import Testing

@Suite("Training, applying and inspecting a controller")
struct TrainControllerTests {
  /// Small enough for a test, large enough for every part to run.
  static let small = [
    "--steps", "12", "--interval", "4", "--batch-size", "20", "--train-images", "60", "--validation-images",
    "40",
    "--test-images", "40",
  ]

  static func train(_ output: String, _ more: String...) throws -> ProgramRun {
    try ProgramRun(ProgramRun.program, trainArguments(output) + more, environment: [:])
  }

  static func trainArguments(_ output: String) -> [String] {
    [
      "train-controller", "--dataset", "shapes", "--episodes", "6", "--episodes-per-update", "2", "--seeds",
      "2",
      "--output", output,
    ] + small
  }

  @Test("A training writes a checkpoint, a log and two pictures, and prints what it measured")
  func train() throws {
    let folder = try TemporaryFolder()
    let run = try Self.train(folder.path + "/a.ckpt")
    #expect(run.status == 0, "\(run.error)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        == ["a.ckpt", "a.events", "a.log.csv", "a.losses.svg", "a.schedules.svg"])
    for method in ["controller", "untrained", "constant", "cosine"] {
      #expect(run.output.components(separatedBy: method).count > 3, "\(method) from each initial rate")
    }
    #expect(run.error.contains("episode 6/6"))
    #expect(!run.error.contains("\u{1B}"))
    let log = try String(contentsOfFile: folder.path + "/a.log.csv", encoding: .utf8)
    #expect(log.split(separator: "\n").count == 7)
  }

  @Test("The number of workers changes no byte of the checkpoint", arguments: ["1", "3"])
  func workers(count: String) throws {
    let folder = try TemporaryFolder()
    let reference = try Self.train(folder.path + "/a.ckpt", "--workers", "2", "--actor", "lstm", "--quiet")
    let other = try Self.train(folder.path + "/b.ckpt", "--workers", count, "--actor", "lstm", "--quiet")
    #expect(reference.status == 0 && other.status == 0)
    #expect(other.error.isEmpty)
    #expect(
      FileManager.default.contents(atPath: folder.path + "/a.ckpt")
        == FileManager.default.contents(atPath: folder.path + "/b.ckpt"))
  }

  @Test("A training killed twice and resumed ends with the same checkpoint, byte for byte")
  func killed() throws {
    let folder = try TemporaryFolder()
    #expect(try Self.train(folder.path + "/whole.ckpt").status == 0)
    let arguments = Self.trainArguments(folder.path + "/killed.ckpt")
    for update in 1...2 {
      let states = folder.path + "/killed.state"
      let run = try ProgramRun(
        ProgramRun.program, arguments + (update == 1 ? [] : ["--resume"]), environment: [:]
      ) { process in
        Self.wait(for: update, in: states, while: process)
        kill(process.processIdentifier, SIGKILL)
      }
      #expect(run.status == 128 + SIGKILL, "\(run.error)")
      #expect(Self.lastState(in: states) >= update)
    }
    let last = try ProgramRun(ProgramRun.program, arguments + ["--resume"], environment: [:])
    #expect(last.status == 0, "\(last.error)")
    #expect(
      FileManager.default.contents(atPath: folder.path + "/killed.ckpt")
        == FileManager.default.contents(atPath: folder.path + "/whole.ckpt"))
  }

  /// Waits until the state after an update is saved, or a later one that replaced it, a minute at most.
  static func wait(for update: Int, in folder: String, while process: Process) {
    let deadline = Date().addingTimeInterval(60)
    while process.isRunning, lastState(in: folder) < update, Date() < deadline { usleep(1000) }
  }

  /// The number of the latest state of a training that is saved in a folder; 0 for none.
  static func lastState(in folder: String) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { Int($0.dropFirst("state-".count).prefix(6)) }.max() ?? 0
  }

  @Test("Ctrl-C stops cleanly with status 130 and says how to go on; then --resume goes on")
  func interrupt() throws {
    let folder = try TemporaryFolder()
    let arguments = Self.trainArguments(folder.path + "/a.ckpt") + ["--episodes", "4000"]
    let stopped = try ProgramRun(ProgramRun.program, arguments, environment: [:]) { process in
      Self.wait(for: 1, in: folder.path + "/a.state", while: process)
      process.interrupt()
    }
    #expect(stopped.status == 130)
    #expect(stopped.error.contains("--resume"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/a.ckpt"))

    let again = try ProgramRun(ProgramRun.program, arguments, environment: [:])
    #expect(again.status == 64)
    #expect(again.error.contains("--resume") && again.error.contains("--restart"))
    let changed = try ProgramRun(
      ProgramRun.program, arguments + ["--resume", "--seed", "9"], environment: [:])
    #expect(changed.status == 64)
    #expect(changed.error.contains("begun with other options"))
    let shortened = try ProgramRun(
      ProgramRun.program, arguments + ["--resume", "--episodes", "1"], environment: [:])
    #expect(shortened.status == 0, "\(shortened.error)")
    #expect(FileManager.default.fileExists(atPath: folder.path + "/a.ckpt"))
    for more in [[], ["--resume"]] {
      let finished = try ProgramRun(ProgramRun.program, arguments + more, environment: [:])
      #expect(
        finished.status == 64 && finished.error.contains("--restart to replace it"), "\(finished.error)")
    }
    #expect(try Self.train(folder.path + "/a.ckpt", "--restart").status == 0)
  }

  @Test("While it trains, nobody else trains the same controller")
  func locked() throws {
    let folder = try TemporaryFolder()
    let arguments = Self.trainArguments(folder.path + "/a.ckpt") + ["--episodes", "40000"]
    let first = try ProgramRun(ProgramRun.program, arguments, environment: [:]) { process in
      Self.wait(for: 1, in: folder.path + "/a.state", while: process)
      for more in [[], ["--resume"], ["--restart"]] {
        let second = try ProgramRun(ProgramRun.program, arguments + more, environment: [:])
        #expect(second.status == 73, "\(more): \(second.error)")
        #expect(second.error.contains("a.state' is in use by another process"), "\(second.error)")
      }
      process.interrupt()
    }
    #expect(first.status == 130, "\(first.error)")
  }

  @Test("--maximum-rate bounds what the controller may choose")
  func maximumRate() throws {
    let folder = try TemporaryFolder()
    let run = try Self.train(
      folder.path + "/a.ckpt", "--maximum-rate", "4", "--initial-rates", "2", "--seeds", "0")
    #expect(run.status == 0, "\(run.error)")
    #expect(try ProgramRun("inspect", folder.path + "/a.ckpt").output.contains("1e-06 to 4.0"))
    let refused = try Self.train(folder.path + "/b.ckpt", "--maximum-rate", "0")
    #expect(refused.status == 64 && refused.error.contains("highest learning rate"), "\(refused.error)")
  }

  @Test(
    "Options that sampled problems, or a file of them, have no use for are refused by name",
    arguments: [
      (["--actor", "lstm"], "--actor"), (["--steps", "100"], "--steps"),
      (["--batch-size", "9"], "--batch-size"),
      (["--preset", "universal", "--dataset", "shapes"], "--preset universal"),
      (["--problems", "x.json", "--dataset", "shapes"], "--problems"),
    ])
  func optionsOfOneProblem(options: [String], name: String) throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun(
      ProgramRun.program, ["train-controller", "--output", folder.path + "/a.ckpt"] + options,
      environment: [:])
    #expect(run.status == 64 && run.error.contains(name), "\(run.error)")
  }

  @Test(
    "A controller is trained on a list of problems in turn, with a teacher each, and goes on with all of them alone"
  )
  func severalProblems() throws {
    let folder = try TemporaryFolder()
    let digits = try folder.addIDX("digits", images: 120)
    let file = try folder.add(
      "mine.json",
      """
      {"problems": [{"dataset": "shapes", "teacher": "cosine:0.01"},
                    {"dataset": "\(digits)", "teacher": "exp-rise:0.02,end=0.8"}]}
      """)
    let path = folder.path + "/a.ckpt"
    let arguments = [
      "train-controller", "--problems", file, "--episodes-per-update", "2", "--seeds", "0",
    ]
    let run = try ProgramRun(
      ProgramRun.program, arguments + ["--episodes", "6", "--output", path] + Self.small, environment: [:])
    #expect(run.status == 0, "\(run.error)")
    let card = try ProgramRun("inspect", path).output
    #expect(card.contains("shapes, 60 / 40 / 40") && card.contains("digits, 60 / 24 / 40"), "\(card)")
    #expect(card.contains("cosine:0.01, exp-rise:0.02,end=0.8"), "\(card)")
    let log = try String(contentsOfFile: folder.path + "/a.log.csv", encoding: .utf8)
    #expect(log.contains("\n0,0,\"shapes, LeNet-5") && log.contains("\n1,0,\"digits, LeNet-5"), "\(log)")
    let more = arguments + ["--episodes", "4000", "--output", folder.path + "/c.ckpt"] + Self.small
    let stopped = try ProgramRun(ProgramRun.program, more, environment: [:]) { process in
      Self.wait(for: 1, in: folder.path + "/c.state", while: process)
      process.interrupt()
    }
    #expect(stopped.status == 130)
    let one = try folder.add(
      "one.json", "{\"problems\": [{\"dataset\": \"shapes\", \"teacher\": \"cosine:0.01\"}]}")
    let changed = try ProgramRun(
      ProgramRun.program, more.map { $0 == file ? one : $0 } + ["--resume"], environment: [:])
    #expect(changed.status == 64 && changed.error.contains("other data"), "\(changed.error)")
    let resumed = try ProgramRun(
      ProgramRun.program, more + ["--resume", "--episodes", "1"], environment: [:])
    #expect(resumed.status == 0, "\(resumed.error)")
    for (name, text) in [
      ("none.json", "{}"), ("bad.json", "[1"),
      ("model.json", "{\"problems\":[{\"dataset\":\"shapes\",\"model\":\"x\"}]}"),
      ("empty.json", "{\"problems\":[{\"dataset\":\"shapes\",\"trainImages\":0}]}"),
      ("wide.json", "{\"drawn\":{\"widths\":[1099511627776]}}"),
    ] {
      let bad = try folder.add(name, text)
      let run = try ProgramRun("train-controller", "--problems", bad, "--output", folder.path + "/b.ckpt")
      #expect(run.status == (["none.json", "bad.json"].contains(name) ? 65 : 64), "\(name): \(run.error)")
    }
  }

  @Test(
    "Over sampled problems it trains, and is compared on problems that it has never seen"
  )
  func sampledProblems() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.ckpt"
    let problems = try folder.add(
      "tiny.json", "{\"drawn\": {\"budgets\": [50, 60], \"widths\": [8], \"operations\": 2e7}}")
    let arguments = [
      "train-controller", "--problems", problems, "--episodes", "432", "--episodes-per-update", "16",
      "--seeds",
      "1", "--output", path,
    ]
    let run = try ProgramRun(ProgramRun.program, arguments + ["--json"], environment: [:])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("held-out") && run.output.contains("\"controller\""))
    let card = try ProgramRun("inspect", path).output
    #expect(
      card.contains("at most 2.00e7 a run") && card.contains("universal (53)") && card.contains("GRU")
        && card.contains("50 to 60 steps"), "\(card)")
    let fall = "falling over the last 0.3 of a run"
    #expect(card.contains(fall), "\(card)")
    // One that goes on has it too, and one that drives an optimizer with an average of its own has none.
    for (name, options) in [("b", ["--from", path]), ("c", ["--optimizer", "schedule-free-adamw"])] {
      let other = folder.path + "/\(name).ckpt"
      let arguments = [
        "train-controller", "--problems", problems, "--episodes", "416", "--episodes-per-update", "16",
        "--seeds", "0", "--output", other,
      ]
      let run = try ProgramRun(ProgramRun.program, arguments + options, environment: [:])
      #expect(run.status == 0, "\(run.error)")
      #expect(try ProgramRun("inspect", other).output.contains(fall) == (name == "b"))
    }
  }

  @Test("A controller is trained further on other trainees, and its card names both trainings")
  func further() throws {
    let folder = try TemporaryFolder()
    let first = folder.path + "/a.ckpt"
    let second = Self.trainArguments(folder.path + "/b.ckpt") + ["--from", first, "--channels", "3"]
    #expect(try Self.train(first, "--features", "paper", "--teacher", "cosine:0.01").status == 0)
    #expect(try ProgramRun("inspect", first).output.contains("cosine:0.01"))
    let other = try ProgramRun(ProgramRun.program, second, environment: [:])
    #expect(other.status == 64 && other.error.contains("The list of features"), "\(other.error)")
    let run = try ProgramRun(ProgramRun.program, second + ["--features", "paper"], environment: [:])
    #expect(run.status == 0, "\(run.error)")
    let inspected = try ProgramRun("inspect", folder.path + "/b.ckpt")
    #expect(
      inspected.output.contains(
        "6, an update every 2, after 6 on LeNet-5 on shapes with the teacher cosine:0.01"),
      "\(inspected.output)")
    let compared = try ProgramRun(
      ProgramRun.program,
      [
        "compare", "controller:" + folder.path + "/b.ckpt", "guarded:" + folder.path + "/b.ckpt", "--seeds",
        "2", "--output", folder.path + "/c", "--json",
      ]
        + Self.small, environment: [:])
    #expect(compared.output.contains("\"guarded b\""), "\(compared.output) \(compared.error)")
    #expect(compared.output.contains("\"priorSteps\" : 144"), "\(compared.output) \(compared.error)")
  }

  @Test("A controller for any training goes on by groups on one problem, with the optimizer that it drives")
  func adaptation() throws {
    let folder = try TemporaryFolder()
    let output = folder.path + "/mine.ckpt"
    let arguments =
      [
        "train-controller", "--from", "universal-sf", "--dataset", "shapes", "--episodes", "16",
        "--episodes-per-update", "8", "--seeds", "2", "--output", output,
      ] + Self.small.filter { !["--interval", "4"].contains($0) }
    for (option, value) in [("--actor", "lstm"), ("--features", "paper")] {
      let refused = try ProgramRun(ProgramRun.program, arguments + [option, value], environment: [:])
      #expect(refused.status == 64 && refused.error.contains(option), "\(refused.error)")
    }
    let run = try ProgramRun(ProgramRun.program, arguments, environment: [:])
    #expect(run.status == 0, "\(run.error)")
    let before = try ProgramRun("inspect", "universal-sf").output
    let after = try ProgramRun("inspect", output).output
    #expect(after.contains("16, an update every 8, after 102400 on drawn"), "\(after)")
    #expect(after.contains("LeNet-5, schedule-free-adamw:beta=0.8,beta2=0.99,power=1.0"), "\(after)")
    for line in ["features ", "actor "] {
      let lines = [before, after].map { $0.split(separator: "\n").first { $0.hasPrefix(line) } }
      #expect(lines[0]?.split(separator: " ") == lines[1]?.split(separator: " "), "\(lines)")
    }
  }

  @Test("Inspect shows the card, as text and as JSON")
  func inspect() throws {
    let folder = try TemporaryFolder()
    #expect(try Self.train(folder.path + "/a.ckpt", "--features", "paper").status == 0)
    let text = try ProgramRun("inspect", folder.path + "/a.ckpt")
    #expect(text.status == 0)
    for fact in ["shapes, 60 / 40 / 40", "LeNet-5, adam, batch 20", "12 steps", "paper (7)", "untrained"] {
      #expect(text.output.contains(fact), "\(fact)")
    }
    let card = try ProgramRun("inspect", folder.path + "/a.ckpt", "--json").object()
    #expect(card["episodes"] as? Int == 6)
    #expect((card["evaluation"] as? [Any])?.count == 12)
  }

  @Test("A controller is applied to other pictures and another network, with baselines on the same seeds")
  func apply() throws {
    let folder = try TemporaryFolder()
    #expect(try Self.train(folder.path + "/a.ckpt").status == 0)
    let arguments =
      [
        "apply", "--checkpoint", folder.path + "/a.ckpt", "--model", "resnet", "--blocks", "1", "--width",
        "4",
        "--channels", "3", "--size", "32", "--seeds", "2", "--initial-rates", "0.01", "0.001", "--baseline",
        "cosine", "--baseline", "step:0.01,4,0.5", "--fallback", "constant", "--out-of-distribution", "1e-9",
        "--output", folder.path + "/out", "--json",
      ] + Self.small
    let run = try ProgramRun(ProgramRun.program, arguments, environment: [:])
    #expect(run.status == 0, "\(run.error)")
    let rows = try #require(try run.object()["evaluation"] as? [[String: Any]])
    #expect(
      rows.map { $0["method"] as? String } == [
        "controller", "cosine", "step:0.01,4,0.5", "controller", "cosine", "step:0.01,4,0.5",
      ])
    #expect(
      run.error.contains("not trained for this run: network ResNet-8 (4-8-16), trained with LeNet-5. Its"),
      "\(run.error)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out").sorted()
        == ["losses.svg", "schedules.csv", "schedules.svg", "tensorboard"])
    let events = try FileManager.default.subpathsOfDirectory(atPath: folder.path + "/out/tensorboard")
    #expect(events.count { $0.contains("tfevents") } == 12)
    let csv = try String(contentsOfFile: folder.path + "/out/schedules.csv", encoding: .utf8)
    let lines = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(lines.count == 1 + 12 * 4)
    // So low a threshold leaves every decision to the fallback, which holds the rate.
    for line in lines.dropFirst() {
      let words = line.suffix(3).prefix(2).map(String.init)
      let isOver = line[3] == "12"
      let expected = isOver ? ["", ""] : ["continue", "fallback:constant"]
      #expect(words == (line[0] == "controller" ? expected : ["", ""]), "\(line)")
      if line[0] == "controller" { #expect(line[4] == line[1]) }
    }
    let guardian = try #require(try run.object()["guardian"] as? [String: Any])
    #expect(guardian["fallbackDecisions"] as? Int == 12 && guardian["readings"] as? Int == 12)
    #expect(guardian["stoppedRuns"] as? Int == 0)
    let again = try ProgramRun(ProgramRun.program, arguments, environment: [:])
    #expect(again.output == run.output)
  }

  @Test("Files that are no checkpoint are refused by name")
  func badCheckpoints() throws {
    let folder = try TemporaryFolder()
    #expect(try Self.train(folder.path + "/a.ckpt", "--seeds", "0").status == 0)
    let whole = try #require(FileManager.default.contents(atPath: folder.path + "/a.ckpt"))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: folder.path + "/half.ckpt"))
    try folder.add("random.ckpt", String(repeating: "nonsense", count: 100))
    try folder.add("empty.ckpt")
    for (name, status) in [("half", 65), ("random", 65), ("empty", 65), ("missing", 66)] as [(String, Int32)]
    {
      for command in [["inspect"], ["apply", "--checkpoint"]] {
        let run = try ProgramRun(
          ProgramRun.program, command + ["\(folder.path)/\(name).ckpt"], environment: [:])
        #expect(run.status == status)
        #expect(run.error.hasPrefix("metalr: error: '\(folder.path)/\(name).ckpt' "))
        #expect(run.output.isEmpty)
      }
    }
  }

  @Test(
    "Impossible options are refused with status 64, before any work",
    arguments: [
      ["--episodes", "0"], ["--steps", "0"], ["--interval", "0"], ["--interval", "13"],
      ["--batch-size", "0"],
      ["--initial-rates", "0"], ["--initial-rates", "2"], ["--initial-rates", "nan"], ["--hidden", "0"],
      ["--discount", "1.5"], ["--workers", "0"], ["--seeds", "-1"], ["--optimizer", "magic"],
      ["--width", "3"],
      ["--model", "resnet", "--width", "0"], ["--size", "3"], ["--channels", "2"], ["--actor", "tree"],
      ["--resume", "--restart"], ["--dataset", "nonsense"], ["--teacher", "nonsense"],
      ["--teacher", "one-cycle:-1"], ["--features", "moods"], ["--preset", "universal"],
    ])
  func impossibleOptions(options: [String]) throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun(
      ProgramRun.program, Self.trainArguments(folder.path + "/a.ckpt") + options, environment: [:])
    #expect(run.status == 64, "\(options): \(run.status) \(run.error)")
    #expect(run.error.hasPrefix("metalr: error: "))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test("Resuming what is not there, and writing where nothing can be written, are errors at once")
  func outputFolder() throws {
    let folder = try TemporaryFolder()
    let nothing = try Self.train(folder.path + "/a.ckpt", "--resume")
    #expect(nothing.status == 66)
    #expect(nothing.error.contains("holds no saved training state"))
    let file = try folder.add("file")
    let blocked = try Self.train(file + "/below/a.ckpt")
    #expect(blocked.status == 73)
    #expect(blocked.error.contains(file))
    #expect(try Self.train(folder.path + "/a.ckpt", "--seeds", "0").status == 0)
    let apply = try ProgramRun(
      ProgramRun.program,
      ["apply", "--checkpoint", folder.path + "/a.ckpt", "--output", file + "/below", "--steps", "100000"],
      environment: [:])
    #expect(apply.status == 73)
    #expect(apply.error.contains("Not a directory"))
  }

  @Test("When the disk is full, the training stops with an error, and what was written before is whole")
  func fullDisk() throws {
    let folder = try TemporaryFolder()
    // A limit on the size of files stands for the full disk; 8 blocks hold the first states and not the last.
    let run = try ProgramRun(
      script: """
        trap '' XFSZ; ulimit -f 16; exec "$METALR" \(Self.trainArguments(folder.path + "/a.ckpt").joined(separator: " "))
        """)
    #expect(run.status == 73, "\(run.error)")
    #expect(run.error.contains("could not be written"))
    let left = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    #expect(!left.contains { $0.hasSuffix(".tmp") || $0.hasSuffix(".ckpt") }, "\(left)")
  }
}
