import Files
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle

/// The certificate in use: that of two files, which are read again when they change and at SIGHUP.
///
/// A pair that cannot be used changes nothing, so it does not matter which of the files is replaced first.
final class CertificateKeeper: ServiceLifecycle.Service {
  private struct State {
    var certificate: Certificate
    /// What was read last, also where it could not be used; nil where it could not even be read.
    var contents: CertificateFiles.Contents?
  }

  private let files: CertificateFiles
  private let logger: Logger
  private let pause: Duration
  private let state: NIOLockedValueBox<State>

  /// How many looks at the files pass until a warning is repeated: a day of them.
  private static let looksBetweenWarnings = 8640

  /// Reads the files.
  ///
  /// - Parameters:
  ///   - files: Certificate and private key.
  ///   - pause: How long to wait between two looks at the files.
  ///   - logger: Is told of every change, and of a certificate that clients refuse or soon will.
  /// - Throws: `FileError` that names the file at fault.
  init(_ files: CertificateFiles, pause: Duration = .seconds(10), logger: Logger) throws(FileError) {
    self.files = files
    self.pause = pause
    self.logger = logger
    let contents = try files.read()
    state = NIOLockedValueBox(State(certificate: try Certificate(contents, of: files), contents: contents))
    warn()
  }

  /// The certificate for connections that begin now.
  var certificate: Certificate { state.withLockedValue { $0.certificate } }

  /// Reads the files again; what cannot be used changes nothing.
  func reload() { reload(onlyIfChanged: false) }

  /// Looks after the files until it is cancelled.
  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      var looks = 0
      while (try? await Task.sleep(for: pause)) != nil {
        reload(onlyIfChanged: true)
        looks += 1
        if looks.isMultiple(of: Self.looksBetweenWarnings) { warn() }
      }
    }
  }

  private func reload(onlyIfChanged: Bool) {
    let known = state.withLockedValue { $0.contents }
    do throws(FileError) {
      let contents: CertificateFiles.Contents?
      do {
        contents = try files.read()
      } catch {
        if onlyIfChanged && known == nil { return }
        state.withLockedValue { $0.contents = nil }
        throw error
      }
      guard let contents, !onlyIfChanged || contents != known else { return }
      state.withLockedValue { $0.contents = contents }
      let certificate = try Certificate(contents, of: files)
      state.withLockedValue { $0.certificate = certificate }
      logger.notice(
        "the certificate was read again", metadata: ["ends": "\(certificate.ends.ISO8601Format())"])
      warn()
    } catch {
      logger.error(
        "the certificate could not be read again, and the one from before still holds",
        metadata: ["error": "\(error)"])
    }
  }

  private func warn() {
    if let warning = certificate.warning() { logger.warning("\(warning)") }
  }
}
