/// The files that a service's TLS needs, in PEM.
public struct CertificateFiles: Sendable, Equatable {
  /// The certificate of the service, then those between it and its authority.
  public var certificate: String
  /// Its private key, not encrypted.
  public var privateKey: String

  /// Creates a pair of files.
  public init(certificate: String, privateKey: String) {
    self.certificate = certificate
    self.privateKey = privateKey
  }
}
