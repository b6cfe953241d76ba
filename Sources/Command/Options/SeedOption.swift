import ArgumentParser

/// The number that decides every random choice of a command.
struct SeedOption: ParsableArguments {
  @Option(help: "Decides every random choice: the same seed gives the same results, bit for bit.")
  var seed: UInt64 = 0
}
