import Foundation

/// What a stream's reader can show.
struct Terminal {
  /// Whether a line can be redrawn in place.
  let isInteractive: Bool
  /// Whether colours are wanted (https://no-color.org).
  let hasColour: Bool

  /// Describes the reader of standard error.
  static var standardError: Terminal {
    Terminal(descriptor: STDERR_FILENO, environment: ProcessInfo.processInfo.environment)
  }

  /// Looks at a stream and the environment.
  init(descriptor: Int32, environment: [String: String]) {
    isInteractive = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
    hasColour = isInteractive && environment["NO_COLOR", default: ""].isEmpty
  }

  /// `text` in red, where there are colours.
  func red(_ text: String) -> String {
    hasColour ? "\u{1B}[31m\(text)\u{1B}[0m" : text
  }

  /// Columns of the terminal behind standard error at this moment, or 80.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
