import Foundation
import MetaLR
import Testing

@Suite("The command line")
struct CommandLineTests {
  @Test(
    "A wrong command line ends with status 64 and names what is wrong",
    arguments: [
      (["nonsense"], "Unexpected argument 'nonsense'"),
      (["--nonsense"], "Unknown option '--nonsense'"),
      (["datasets", "list", "--nonsense"], "Unknown option '--nonsense'"),
      (["datasets", "nonsense"], "Unexpected argument 'nonsense'"),
      (["train", "--seed", "-1"], "The value '-1' is invalid for '--seed <seed>'"),
      (["train", "--dropout", "0.5"], "--dropout is for --model lenet-wide; the other networks have none."),
      (
        ["train", "--model", "lenet-wide", "--dropout", "1"],
        "--dropout is 1.0; give a share from 0 to below 1."
      ),
      (["train", "--data-seed", "-1"], "The value '-1' is invalid for '--data-seed <seed>'"),
      (["compare", "constant", "--first-seed", "-1"], "The value '-1' is invalid for '--first-seed <seed>'"),
    ])
  func wrongCommandLine(arguments: [String], message: String) throws {
    let run = try ProgramRun(ProgramRun.program, arguments, environment: [:])
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.error.hasPrefix("metalr: error: \(message)\n"))
    #expect(run.error.contains("Usage: metalr"))
  }

  @Test(
    "Every command that trains refuses a size for a LeNet",
    arguments: [
      ["train"], ["train", "--model", "lenet-wide"], ["train-controller"],
      ["apply", "--checkpoint", "fashion"], ["sweep"], ["find-rate"],
      ["pbt"], ["benchmark"], ["compare", "constant"], ["reproduce", "table1", "--models", "cnn"],
    ])
  func size(command: [String]) throws {
    let run = try ProgramRun(ProgramRun.program, command + ["--blocks", "1"], environment: [:])
    #expect(run.status == 64)
    #expect(run.error.contains("--width and --blocks are for --model resnet"), "\(run.error)")
  }

  @Test(
    "Help says what a command does and gives examples, on standard output",
    arguments: [
      ([], "Learn, apply and compare"),
      (["datasets"], "List, download and check"),
      (["datasets", "list"], "List the data sets"),
    ])
  func help(command: [String], abstract: String) throws {
    let run = try ProgramRun(ProgramRun.program, command + ["--help"], environment: [:])
    #expect(run.status == 0)
    #expect(run.error.isEmpty)
    #expect(run.output.hasPrefix("OVERVIEW: \(abstract)"))
    #expect(run.output.contains("EXAMPLES:\n  metalr \(command.joined(separator: " "))"))
  }

  @Test(
    "An option that a command has no use for is unknown to it, and not in its help",
    arguments: [
      (["pbt"], ["--trainee", "--trainee-timeout"]),
      (["benchmark"], ["--trainee", "--trainee-timeout", "--averaging"]),
      (["reproduce", "table1"], ["--trainee", "--trainee-timeout", "--dataset"]),
    ])
  func options(command: [String], options: [String]) throws {
    let help = try ProgramRun(ProgramRun.program, command + ["--help"], environment: [:]).output
    for option in options {
      #expect(!help.contains("\(option) "), "\(option)")
      let run = try ProgramRun(ProgramRun.program, command + [option, "1"], environment: [:])
      #expect(run.status == 64 && run.error.contains("Unknown option '\(option)'"), "\(run.error)")
    }
  }

  @Test("The help lists every exit status")
  func exitStatuses() throws {
    let help = try ProgramRun("--help").output
    for status in ["0", "1", "64", "65", "66", "69", "70", "73", "74", "130"] {
      #expect(help.contains("\n  \(status) "), "status \(status)")
    }
  }

  @Test("The version is the one that checkpoints carry")
  func version() throws {
    let run = try ProgramRun("--version")
    #expect(run.output == metalrVersion + "\n")
    #expect(run.status == 0)
  }

  @Test("A completion script is written for each shell", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) throws {
    let run = try ProgramRun("--generate-completion-script", shell)
    #expect(run.status == 0)
    #expect(run.error.isEmpty)
    #expect(run.output.contains("datasets"))
  }

  @Test("The completion script for bash is a program that bash can read")
  func completionScriptIsValid() throws {
    let run = try ProgramRun(script: #""$METALR" --generate-completion-script bash | bash -n"#)
    #expect(run.status == 0)
    #expect(run.error.isEmpty)
  }
}
