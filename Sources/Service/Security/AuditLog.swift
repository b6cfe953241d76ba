import Files
import Foundation
import Logging
import Metrics
import NIOConcurrencyHelpers

/// Who did what, when, from where: a file to which one JSON object a line is appended.
final class AuditLog: Sendable {
  /// One line.
  struct Entry: Encodable, Sendable {
    /// ISO 8601, UTC.
    let time: String
    /// The name of the token; nil for nobody who is known.
    let who: String?
    /// Method and path of the endpoint: "POST /v1/runs/{id}/rewind".
    let action: String
    /// The path of what it was done to.
    let subject: String
    /// The HTTP status of the answer.
    let status: Int
    /// The address that the connection came from.
    let from: String?
    /// Who a proxy says that it asks for.
    ///
    /// A client can claim anything here, where no proxy overwrites it.
    let forwardedFor: String?
  }

  private let path: String
  private let logger: Logger
  private let failures: Counter
  private let descriptor: NIOLockedValueBox<Int32>

  /// Opens the file, which is created for its owner alone where it is missing.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - failures: Counts lines that could not be written.
  ///   - logger: Is told of them.
  /// - Throws: `FileError` when it cannot be written.
  init(path: String, failures: Counter, logger: Logger) throws(FileError) {
    self.path = path
    self.logger = logger
    self.failures = failures
    descriptor = NIOLockedValueBox(try Self.open(path))
  }

  deinit { close(descriptor.withLockedValue { $0 }) }

  /// Opens the file anew, as after it was renamed; where that fails the old one is written on.
  func reopen() {
    do throws(FileError) {
      let fresh = try Self.open(path)
      let old = descriptor.withLockedValue { descriptor in
        defer { descriptor = fresh }
        return descriptor
      }
      close(old)
      logger.notice("the audit log was opened again")
    } catch {
      logger.error("the audit log could not be opened again", metadata: ["error": "\(error)"])
    }
  }

  /// Appends a line by one call of the system, so that lines stay whole.
  func append(_ entry: Entry) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let line = try? encoder.encode(entry) + Data([0x0a]) else { return }
    let written = descriptor.withLockedValue { descriptor in
      line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
    guard written != line.count else { return }
    failures.increment()
    logger.error(
      "a line of the audit log could not be written",
      metadata: ["line": "\(String(decoding: line.dropLast(), as: UTF8.self))"])
  }

  private static func open(_ path: String) throws(FileError) -> Int32 {
    let descriptor = Foundation.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw FileError(
        path: path, problem: "could not be opened for the audit log (\(String(cString: strerror(errno))))",
        remedy: "Give a file in a folder that exists and that this user may write to.")
    }
    return descriptor
  }
}
