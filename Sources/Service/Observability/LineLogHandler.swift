import Foundation
import Logging

/// How log lines look.
public enum LogFormat: String, CaseIterable, Sendable {
  /// A time, a level, a message, then name=value pairs.
  case text
  /// One JSON object a line.
  case json
}

/// Writes one line an event to standard error, in which nothing that a client sent can begin another line.
struct LineLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level
  private let label: String
  private let format: LogFormat
  private let write: @Sendable (String) -> Void

  init(
    label: String, format: LogFormat, level: Logger.Level,
    // A full disk or a reader that has gone costs the line, not the service.
    write: @escaping @Sendable (String) -> Void = {
      try? FileHandle.standardError.write(contentsOf: Data($0.utf8))
    }
  ) {
    self.label = label
    self.format = format
    self.write = write
    logLevel = level
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
    let time = Date().ISO8601Format(.iso8601(timeZone: .gmt, includingFractionalSeconds: true))
    let fields =
      [("time", time), ("level", event.level.rawValue), ("message", "\(event.message)")]
      + all.map { ($0.key, "\($0.value)") }
    switch format {
    case .json:
      write("{" + fields.map { Self.quoted($0.0) + ":" + Self.quoted($0.1) }.joined(separator: ",") + "}\n")
    case .text:
      let pairs = fields.dropFirst(3).map { " \($0.0)=\(Self.quoted($0.1))" }.joined()
      write(
        "\(time) \(event.level.rawValue) \(Self.quoted("\(event.message)").dropFirst().dropLast())\(pairs)\n")
    }
  }

  /// The text as a JSON string: no line breaks, no control characters.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _
      where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0x2028
        || scalar.value == 0x2029:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
