import Foundation
import Testing

@Suite("One run under a schedule, and the range test")
struct TrainTests {
  static func metalr(_ arguments: [String]) throws -> ProgramRun {
    try ProgramRun(ProgramRun.program, arguments, environment: [:])
  }

  @Test("A run with snapshots writes log, picture, weights and events, the same bytes each time")
  func train() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] {
      let run = try Self.metalr(
        ["train", "--schedule", "sgdr:0.01,6,1", "--snapshots", "--output", "\(folder.path)/\(name)"]
          + TrainControllerTests.small)
      #expect(run.status == 0, "\(run.error)")
      #expect(run.output.contains("averaged: test loss"))
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a").sorted()
    #expect(
      names == [
        "events.out.tfevents.0.metalr", "model.safetensors", "run.csv", "run.svg", "snapshot-12.safetensors",
        "snapshot-6.safetensors",
      ])
    for name in names {
      #expect(
        FileManager.default.contents(atPath: "\(folder.path)/a/\(name)")
          == FileManager.default.contents(atPath: "\(folder.path)/b/\(name)"), "\(name)")
    }
  }

  @Test(
    "Recipes, feedback and --json",
    arguments: [
      ["--recipe", "fixed"], ["--recipe", "andrej"], ["--recipe", "cyclic"], ["--schedule", "plateau:0.01"],
      ["--schedule", "hypergradient:0.001"],
      ["--schedule", "cosine:0.01,warmup=3", "--optimizer", "rmsprop"],
    ])
  func kinds(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let run = try Self.metalr(
      ["train", "--json", "--quiet", "--output", folder.path + "/a"] + arguments + TrainControllerTests.small)
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.isEmpty)
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    #expect(object?["steps"] as? Int == 12)
  }

  @Test("The wide LeNet trains under the quick preset")
  func wideLeNet() throws {
    let folder = try TemporaryFolder()
    let run = try Self.metalr(
      [
        "train", "--model", "lenet-wide", "--dropout", "0.4", "--preset", "quick", "--quiet", "--json",
        "--output",
        folder.path + "/a",
      ] + TrainControllerTests.small)
    #expect(run.status == 0, "\(run.error)")
    #expect(try run.object()["steps"] as? Int == 12)
  }

  @Test("A range test prints a suggestion or why there is none, and writes curves and a picture")
  func findRate() throws {
    let folder = try TemporaryFolder()
    let run = try Self.metalr(
      [
        "find-rate", "--initialisations", "3", "--validation", "--batch-sizes", "10", "20", "--train-images",
        "600",
      ]
        + [
          "--validation-images", "40", "--steps", "40", "--output", folder.path + "/a", "--smoothing", "none",
        ])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("batch 10, 3 initialisations") && run.output.contains("batch 20, 3 init"))
    #expect(run.output.contains("largest sensible rate"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a").sorted() == [
        "find-rate.csv", "find-rate.svg",
      ])
  }

  @Test(
    "What cannot be done is refused with the reason",
    arguments: [
      (["train", "--schedule", "constant:0.01", "--snapshots"], "needs a schedule with cycles"),
      (["train", "--schedule", "cosine"], "has no rate of its own"),
      (["train", "--recipe", "mine"], "There is no recipe 'mine'"),
      (["train", "--recipe", "fixed", "--schedule", "constant:1"], "leave out --schedule"),
      (["find-rate", "--lowest", "0"], "lowest rate"),
      (["find-rate", "--initialisations", "0"], "--initialisations is 0"),
      (["find-rate", "--smoothing", "much"], "much"),
    ])
  func refused(arguments: [String], reason: String) throws {
    let folder = try TemporaryFolder()
    let run = try Self.metalr(arguments + ["--output", folder.path + "/a"])
    #expect(run.status == 64, "\(run.error)")
    #expect(run.error.contains(reason), "\(run.error)")
  }

  @Test(
    "A schedule's file that is not there ends with status 66, a damaged one with 65",
    arguments: ["image", "replay"])
  func scheduleFiles(kind: String) throws {
    let folder = try TemporaryFolder()
    let damaged = try folder.add("damaged", "nonsense")
    for (path, status) in [("no.png", Int32(66)), (damaged, 65)] {
      let run = try Self.metalr(["train", "--schedule", "\(kind):\(path)", "--output", folder.path + "/a"])
      #expect(run.status == status && run.error.contains(path), "\(run.error)")
    }
  }
}
