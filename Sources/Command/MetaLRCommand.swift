import ArgumentParser

@main
struct MetaLRCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metalr",
    abstract: "Learn, apply and compare learning-rate schedules.",
    version: "0.1.0")
}
