import Foundation
import Testing

@Suite("Ctrl-C")
struct InterruptTests {
  /// Introduces itself, then leaves every request without an answer, and lets a file grow as long as it lives.
  static let hanging = """
    #!/bin/sh
    read -r line
    echo '{"id": 0, "protocol": 2, "name": "hanging", "capabilities": ["evaluate", "snapshot"]}'
    while :; do echo >>"$1"; sleep 0.05; done
    """

  @Test(
    "With a trainee that hangs, the first says what the second does, and the second leaves no process behind")
  func hangingTrainee() throws {
    let folder = try TemporaryFolder()
    try folder.addProgram("hang.sh", Self.hanging)
    let beats = folder.path + "/beats"
    func size() -> Int { FileManager.default.contents(atPath: beats)?.count ?? 0 }
    let run = try ProgramRun(
      ProgramRun.program,
      ["train", "--trainee", "\(folder.path)/hang.sh \(beats)", "--output", folder.path + "/a"],
      environment: [:]
    ) { process in
      for _ in 0..<3_000 where process.isRunning && size() == 0 { Thread.sleep(forTimeInterval: 0.02) }
      process.interrupt()
      Thread.sleep(forTimeInterval: 0.5)
      #expect(process.isRunning)
      process.interrupt()
    }
    #expect(run.status == 130)
    #expect(run.error.contains("Stopping after this step; again to stop now."), "\(run.error)")
    Thread.sleep(forTimeInterval: 0.3)
    let last = size()
    Thread.sleep(forTimeInterval: 0.5)
    #expect(last > 0 && size() == last)
  }
}
