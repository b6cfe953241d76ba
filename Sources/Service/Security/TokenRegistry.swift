import Files
import Logging
import NIOConcurrencyHelpers

/// The tokens that are let in now: those of a file, which can be read again.
final class TokenRegistry: Sendable {
  private let path: String
  private let logger: Logger
  private let current: NIOLockedValueBox<TokenFile>

  /// Reads the file.
  ///
  /// - Throws: `FileError` that names the line at fault.
  init(path: String, logger: Logger) throws(FileError) {
    self.path = path
    self.logger = logger
    current = NIOLockedValueBox(try TokenFile(contentsOf: path))
  }

  /// The tokens now.
  var tokens: TokenFile { current.withLockedValue { $0 } }

  /// Reads the file again; one that cannot be used changes nothing.
  func reload() {
    do throws(FileError) {
      let tokens = try TokenFile(contentsOf: path)
      current.withLockedValue { $0 = tokens }
      logger.notice("tokens were read again")
    } catch {
      logger.error(
        "tokens could not be read again, and those from before still hold", metadata: ["error": "\(error)"])
    }
  }
}
