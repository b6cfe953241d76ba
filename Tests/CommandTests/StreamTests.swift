import Foundation
import Testing

@Suite("Standard streams")
struct StreamTests {
  #if os(Linux)
    @Test(
      "A full disk behind standard output ends with status 74 and says so",
      arguments: ["datasets list", "datasets list --json", "--help", "--generate-completion-script zsh"])
    func fullDisk(command: String) throws {
      let run = try ProgramRun(script: #""$METALR" \#(command) >/dev/full"#)
      #expect(run.status == 74)
      #expect(run.error.hasPrefix("metalr: error: Standard output could not be written (No space left"))
    }
  #endif

  @Test("A reader that leaves early is no error", arguments: ["--help", "--generate-completion-script bash"])
  func brokenPipe(command: String) throws {
    // `true` ends, and with it the pipe's only reader, while the program waits for its start.
    let run = try ProgramRun(
      script: #"{ sleep 0.2; "$METALR" \#(command); echo "status $?" >&2; } | exec true"#)
    #expect(run.error == "status 0\n")
  }

  @Test("What is piped has no escape codes")
  func plainWhenPiped() throws {
    let run = try ProgramRun("nonsense", environment: ["TERM": "xterm-256color"])
    #expect(!run.error.contains("\u{1B}"))
  }
}
