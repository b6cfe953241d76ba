import Foundation

/// Results that could not be written.
struct StandardOutputError: Error, CustomStringConvertible {
  let code: Int32

  var description: String {
    "Standard output could not be written (\(String(cString: strerror(code)))). "
      + "Send it to another file, or free some space."
  }
}

/// Where results go.
enum StandardOutput {
  /// Writes all of `text`.
  ///
  /// A reader that has gone (`| head`) has what it wanted: the rest is dropped without an error.
  static func write(_ text: String) throws(StandardOutputError) {
    let code = writeAll(text, to: STDOUT_FILENO)
    guard code == 0 || code == EPIPE else { throw StandardOutputError(code: code) }
  }

  /// Writes `value` as one JSON object with sorted names; a number that is not finite becomes "nan", "inf" or "-inf".
  static func write(json value: some Encodable) throws {
    try write(text(json: value))
  }

  /// The text of ``write(json:)``.
  static func text(json value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try String(decoding: encoder.encode(value), as: UTF8.self) + "\n"
  }
}

/// Where progress and errors go.
enum StandardError {
  /// Writes all of `text` if it can: there is nowhere left to report a failure.
  static func write(_ text: String) {
    _ = writeAll(text, to: STDERR_FILENO)
  }
}

/// - Returns: 0, or the number of the error.
private func writeAll(_ text: String, to descriptor: Int32) -> Int32 {
  let bytes = Array(text.utf8)
  var offset = 0
  while offset < bytes.count {
    let count = bytes.withUnsafeBytes { buffer in
      Foundation.write(descriptor, buffer.baseAddress.map { $0 + offset }, bytes.count - offset)
    }
    if count >= 0 {
      offset += count
    } else if errno == EAGAIN {
      // Somebody else made the same pipe or terminal non-blocking.
      var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&ready, 1, -1)
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
}
