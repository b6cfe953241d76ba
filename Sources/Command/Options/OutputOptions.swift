import ArgumentParser

/// How a command shows its results and its progress.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print the results as one JSON object.")
  var json = false

  @Flag(name: .shortAndLong, help: "Show no progress.")
  var quiet = false

  /// Prints `value` with --json, and `text` without.
  func show(_ value: some Encodable, text: @autoclosure () -> String) throws {
    if json {
      try StandardOutput.write(json: value)
    } else {
      try StandardOutput.write(text())
    }
  }
}
