import Foundation
import Files
import NIOSSL

/// A certificate and its private key, ready for connections.
struct Certificate: Sendable {
  /// What connections are encrypted with: TLS 1.2 and 1.3.
  let context: NIOSSLContext
  /// From when on clients accept it.
  let begins: Date
  /// Until when clients accept it.
  let ends: Date

  /// Reads both, and checks that they belong together.
  ///
  /// - Throws: `FileError` that names the file at fault.
  init(_ contents: CertificateFiles.Contents, of files: CertificateFiles) throws(FileError) {
    guard let chain = try? NIOSSLCertificate.fromPEMBytes(contents.certificate), let own = chain.first else {
      throw FileError(
        path: files.certificate, problem: "holds no certificate that can be read",
        remedy: "Give a file in PEM: the certificate of the service, then those between it and its authority."
      )
    }
    guard let key = try? NIOSSLPrivateKey(bytes: contents.privateKey, format: .pem) else {
      throw FileError(
        path: files.privateKey, problem: "holds no private key that can be read",
        remedy: "Give a file in PEM that is not encrypted; `openssl pkey -in OLD -out NEW` decrypts one.")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    do {
      context = try NIOSSLContext(configuration: configuration)
    } catch {
      throw FileError(
        path: files.privateKey, problem: "is not the key of the certificate in '\(files.certificate)'",
        remedy:
          "Give the two files that were made together; the certificate of the service comes first in its file."
      )
    }
    begins = Date(timeIntervalSince1970: TimeInterval(own.notValidBefore))
    ends = Date(timeIntervalSince1970: TimeInterval(own.notValidAfter))
  }

  /// How long before its end a certificate is warned about: two weeks, in seconds.
  static let notice = 14.0 * 86_400

  /// Why clients refuse it, or soon will; nil for a certificate that is good for longer.
  func warning(at now: Date = Date()) -> String? {
    if now >= ends {
      return "The certificate ended at \(ends.ISO8601Format()): clients refuse it. Replace its file."
    }
    if now < begins {
      return "The certificate is valid from \(begins.ISO8601Format()) on: until then clients refuse it."
    }
    if ends.timeIntervalSince(now) < Self.notice {
      return "The certificate ends at \(ends.ISO8601Format()). Replace its file before."
    }
    return nil
  }
}

extension CertificateFiles {
  /// What both files hold at one time.
  struct Contents: Equatable, Sendable {
    let certificate: [UInt8]
    let privateKey: [UInt8]
  }

  /// Reads both files.
  ///
  /// - Throws: `FileError` for one that cannot be read.
  func read() throws(FileError) -> Contents {
    Contents(certificate: Array(try readFile(certificate)), privateKey: Array(try readFile(privateKey)))
  }
}
