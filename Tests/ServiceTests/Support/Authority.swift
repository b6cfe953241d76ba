import Foundation

@testable import Service

/// An authority of certificates, made by openssl for one test.
struct Authority {
  let folder: String

  /// The certificate that clients have to trust.
  var file: String { folder + "/authority.pem" }

  /// Whether this machine has openssl.
  static let isAvailable = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].contains {
    FileManager.default.isExecutableFile(atPath: $0 + "/openssl")
  }

  init(in folder: String) throws {
    self.folder = folder
    _ = try Self.openssl(
      Self.request + ["-keyout", folder + "/authority.key", "-out", file, "-subj", "/CN=authority"])
  }

  /// Makes a certificate for this machine; its files are called by its name.
  func certificate(_ name: String, days: Int = 30) throws -> CertificateFiles {
    let files = CertificateFiles(
      certificate: "\(folder)/\(name).pem", privateKey: "\(folder)/\(name).key")
    _ = try Self.openssl(
      Self.request + [
        "-keyout", files.privateKey, "-out", files.certificate, "-subj", "/CN=\(name)", "-days", "\(days)",
        "-CA", file, "-CAkey", folder + "/authority.key", "-addext", "basicConstraints=critical,CA:FALSE",
        "-addext", "subjectAltName=IP:127.0.0.1",
      ])
    return files
  }

  /// What a client of a service gets: openssl's remarks and the answer.
  func get(_ path: String, port: Int, _ options: [String] = []) throws -> String {
    try Self.openssl(
      [
        "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", file, "-verify_ip", "127.0.0.1",
        "-verify_return_error", "-ign_eof",
      ] + options,
      input: "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
  }

  private static let request = [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
  ]

  /// Runs openssl; returns what it wrote, errors included.
  static func openssl(_ arguments: [String], input: String = "") throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    let (stdin, output) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = output
    process.standardError = output
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self)
  }
}
