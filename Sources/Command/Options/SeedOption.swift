import ArgumentParser

/// The number that decides every random choice of a command.
struct SeedOption: ParsableArguments {
  // Unconditional: "-1" is then an impossible value instead of a missing one.
  @Option(
    parsing: .unconditional,
    help: "Decides every random choice: the same seed gives the same results, bit for bit.")
  var seed: UInt64 = 0
}
