import ArgumentParser

/// The one place that turns an error into text and an exit status.
struct ErrorReport {
  /// What the user reads; empty when there is nothing to say.
  let text: String
  /// How the program ends.
  let status: ExitStatus

  /// Translates an error.
  ///
  /// - Parameters:
  ///   - error: What a command threw, or the argument parser.
  ///   - terminal: Where the text will be read, which decides about colour.
  init(_ error: any Error, terminal: Terminal) {
    let prefix = "metalr: \(terminal.red("error:")) "
    switch MetaLRCommand.exitCode(for: error) {
    case .success:
      // Help, version and completion scripts come as errors too.
      status = .success
      text = MetaLRCommand.fullMessage(for: error)
    case .validationFailure:
      status = .usage
      let message = MetaLRCommand.fullMessage(for: error)
      text = prefix + (message.hasPrefix("Error: ") ? String(message.dropFirst("Error: ".count)) : message)
    default:
      if let code = error as? ExitCode {
        status = ExitStatus(rawValue: code.rawValue) ?? .software
        text = ""
      } else {
        status = ExitStatus(of: error)
        text = prefix + "\(error)"
      }
    }
  }

  /// Writes the text to where it belongs.
  ///
  /// - Returns: The status to end with, which differs from ``status`` when help could not be written.
  func send() -> ExitStatus {
    guard !text.isEmpty else { return status }
    guard status == .success else {
      StandardError.write(text + "\n")
      return status
    }
    do throws(StandardOutputError) {
      try StandardOutput.write(text + "\n")
      return .success
    } catch {
      StandardError.write("metalr: error: \(error)\n")
      return .standardOutput
    }
  }
}
