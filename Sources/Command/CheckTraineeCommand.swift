import ArgumentParser
import MetaLR

/// Runs a trainee of another process through its contract.
struct CheckTraineeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-trainee",
    abstract: "Check a trainee in another process against its contract.",
    discussion: """
      Starts the command, plays about twenty short runs over the protocol of Docs/Trainee-protocol.md, and names each
      rule that the trainee breaks. Ends with status 65 when there is one, and with 69 when the process cannot be used
      at all.

      EXAMPLES:
        metalr check-trainee -- python3 trainee.py --model resnet18
        metalr check-trainee --rate 0.001 --json -- ./my-trainee
      """)

  @Option(help: ArgumentHelp("A rate at which the trainee learns.", valueName: "rate"))
  var rate = TraineeCheckConfiguration().learningRate

  @Option(
    help: ArgumentHelp("A rate at which its loss may be anything.", valueName: "rate"))
  var divergingRate = TraineeCheckConfiguration().divergingLearningRate

  @Option(help: ArgumentHelp("Steps between two observations.", valueName: "steps"))
  var interval = TraineeCheckConfiguration().interval

  @Option(help: ArgumentHelp("Seconds that the steps of one request may take.", valueName: "seconds"))
  var timeout = ProcessTrainee.TimeLimits().train

  @Option(parsing: .unconditional, help: ArgumentHelp("The seed of most runs.", valueName: "seed"))
  var seed: UInt64 = 1

  @OptionGroup var output: OutputOptions

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("The program, looked up in PATH, and its arguments.", valueName: "command"))
  var command: [String] = []

  func validate() throws {
    guard !command.isEmpty else {
      throw ValidationError("There is no command to check. Give it after '--': -- python3 trainee.py")
    }
    guard timeout > 0, timeout.isFinite else {
      throw ValidationError("--timeout is \(timeout); give a positive number of seconds.")
    }
  }

  func run() throws {
    var checks = TraineeCheckConfiguration()
    checks.learningRate = rate
    checks.divergingLearningRate = divergingRate
    checks.interval = interval
    checks.seed = seed
    try checks.validate()
    var process = ProcessTrainee.Configuration(arguments: command)
    process.timeLimits.train = timeout
    process.timeLimits.evaluate = timeout
    if output.quiet { process.onMessage = { _ in } }
    // Each failure is a finding of its own, so one more restart than there are rules never runs out.
    process.restarts = TraineeRule.allCases.count
    let trainee = try ProcessTrainee(configuration: process)
    let report = try checkTrainee(trainee, configuration: checks)
    trainee.close()
    try output.show(report, text: Self.text(report, name: trainee.hello.name.printable))
    guard report.violations.isEmpty else { throw ExitCode(ExitStatus.badData.rawValue) }
  }

  private static func text(_ report: TraineeCheckReport, name: String) -> String {
    var text = ""
    for finding in report.findings {
      let mark = finding.isKept.map { $0 ? "kept  " : "BROKEN" } ?? "-     "
      text += "\(mark)  \(finding.rule.sentence)\n"
      if !finding.detail.isEmpty { text += "        \(finding.detail)\n" }
    }
    let broken = report.violations.count
    return text
      + (broken == 0
        ? "'\(name)' keeps the contract.\n"
        : "'\(name)' breaks \(broken) of \(report.findings.count) rules.\n")
  }
}
