import Foundation
import MetaLR
import Testing

/// Checks with Python's own `safetensors`, where it is installed: set METALR_PYTHON to an interpreter that has it.
@Suite("Python interoperability", .enabled(if: Python.hasSafetensors))
struct PythonInteroperabilityTests {
  @Test("Python's safetensors opens a checkpoint and sees its tensors and its card")
  func opens() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID()).ckpt").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let checkpoint = try CheckpointTests.sample(actor: .mlp(hidden: 3))
    try checkpoint.write(to: path)
    let output = try Python.run(
      """
      import json, sys
      from safetensors import safe_open
      with safe_open(sys.argv[1], "np") as file:
          print(json.loads(file.metadata()["card"])["problems"]["problems"][0]["model"])
          print(sorted(file.keys()))
          print(float(file.get_tensor("actor.hidden.weight")[2, 1]).hex())
          print(float(file.get_tensor("normalizer.mean")[0]).hex())
      """, path)
    let lines = output.split(separator: "\n").map(String.init)
    try #require(lines.count == 4, "\(output)")
    #expect(lines[0] == checkpoint.card.problems.problems[0].model)
    for table in [checkpoint.controller.policy.actorTable, checkpoint.controller.policy.criticTable] {
      #expect(table.entries.allSatisfy { lines[1].contains("'\($0.name)'") })
    }
    let weight = checkpoint.controller.policy.actorParameters[2 * 8 + 1]
    #expect(Double(lines[2]) == Double(weight))
    #expect(Double(lines[3]) == checkpoint.controller.normalizer.statistics.mean[0])
  }
}

/// The Python that tests may use.
enum Python {
  static let interpreter = ProcessInfo.processInfo.environment["METALR_PYTHON"] ?? "python3"

  static var hasSafetensors: Bool { (try? run("import numpy, safetensors; print('yes')")) == "yes\n" }

  /// What a script prints; empty when it fails.
  static func run(_ script: String, _ arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [interpreter, "-c", script] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
