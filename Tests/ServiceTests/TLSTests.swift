import Files
import Foundation
import Logging
import Testing

@testable import Service

@Suite("TLS", .serialized, .enabled(if: Authority.isAvailable, "openssl makes the certificates"))
struct TLSTests {
  /// Does work with an authority in a folder of its own.
  func with(_ work: (Authority) async throws -> Void) async throws {
    let folder = try Sample.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await work(Authority(in: folder))
  }

  func logger(_ lines: Lines) -> Logger {
    Logger(label: "t") {
      LineLogHandler(label: $0, format: .text, level: .notice) { lines.append($0) }
    }
  }

  func replace(_ files: CertificateFiles, by others: CertificateFiles, key: Bool = true) throws {
    for (old, new) in [
      (files.certificate, others.certificate), (files.privateKey, others.privateKey),
    ].prefix(key ? 2 : 1) {
      try Data(contentsOf: URL(fileURLWithPath: new)).write(to: URL(fileURLWithPath: old), options: .atomic)
    }
  }

  @Test("Who trusts the authority gets answers by TLS 1.2 and 1.3, nobody by anything older")
  func answers() async throws {
    try await with { authority in
      let files = try authority.certificate("first")
      try await RunningService.with({ $0.certificate = files }) { service in
        for version in ["-tls1_2", "-tls1_3"] {
          let answer = try authority.get("/healthz", port: service.port, [version])
          #expect(answer.contains("{\"status\":\"ok\"}"), "\(version): \(answer)")
        }
        let old = try authority.get(
          "/healthz", port: service.port, ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
        #expect(!old.contains("\"ok\"") && old.contains("alert protocol version"), "\(old)")
        let stranger = try Authority(in: try Sample.folder())
        let refused = try stranger.get("/healthz", port: service.port)
        #expect(!refused.contains("\"ok\"") && refused.contains("verify error"), "\(refused)")
        try FileManager.default.removeItem(atPath: stranger.folder)
      }
    }
  }

  @Test("A client that speaks HTTP to it is told to use HTTPS, and one that says nothing is let go")
  func plainText() async throws {
    try await with { authority in
      let files = try authority.certificate("first")
      try await RunningService.with({
        $0.certificate = files
        $0.limits.requestSeconds = 1
      }) { service in
        let answer = try await service.client().request("GET", "/healthz")
        #expect(answer.status == 400 && answer.code == "invalid_http")
        #expect((answer.object["remedy"] as? String)?.contains("https://") == true)
        let silent = try service.client()
        await #expect(throws: TestClient.Closed.self) { try await silent.begin() }
        let half = try service.client()
        try await half.send("\u{16}\u{3}\u{1}")
        await #expect(throws: TestClient.Closed.self) { try await half.begin() }
      }
    }
  }

  @Test("At SIGHUP a replaced certificate is taken for new connections, without a restart")
  func signal() async throws {
    try await with { authority in
      let files = try authority.certificate("first")
      try await RunningService.with({ $0.certificate = files }) { service in
        let before = try authority.get("/healthz", port: service.port)
        #expect(before.contains("CN = first") || before.contains("CN=first"), "\(before)")
        try replace(files, by: authority.certificate("second"))
        kill(getpid(), SIGHUP)
        var after = ""
        for _ in 0..<50 where !after.contains("second") {
          after = try authority.get("/healthz", port: service.port)
        }
        #expect(after.contains("second") && after.contains("\"ok\""), "\(after)")
      }
    }
  }

  @Test("Files that change are read again by themselves; a pair that is half replaced changes nothing")
  func change() async throws {
    try await with { authority in
      let files = try authority.certificate("first", days: 30)
      let other = try authority.certificate("second", days: 60)
      let lines = Lines()
      let keeper = try CertificateKeeper(files, pause: .milliseconds(10), logger: logger(lines))
      let first = keeper.certificate.ends
      let task = Task { try await keeper.run() }
      defer { task.cancel() }
      try replace(files, by: other, key: false)
      while lines.all.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
      #expect(keeper.certificate.ends == first)
      #expect(lines.all.first?.contains("is not the key of the certificate") == true, "\(lines.all)")
      try replace(files, by: other)
      while keeper.certificate.ends == first { try await Task.sleep(for: .milliseconds(10)) }
      #expect(abs(keeper.certificate.ends.timeIntervalSince(first) - 30 * 86_400) < 60)
      try await Task.sleep(for: .milliseconds(100))
      #expect(lines.all.count == 2, "What has not changed is not told again: \(lines.all)")
    }
  }

  @Test("Files that cannot be used are refused with what is wrong and the remedy")
  func refusals() async throws {
    try await with { authority in
      let files = try authority.certificate("first")
      let other = try authority.certificate("second")
      let encrypted = authority.folder + "/encrypted.key"
      _ = try Authority.openssl([
        "pkey", "-in", files.privateKey, "-aes256", "-passout", "pass:secret", "-out", encrypted,
      ])
      for (certificate, key, path, text) in [
        (files.certificate, other.privateKey, other.privateKey, "is not the key"),
        (files.privateKey, files.privateKey, files.privateKey, "holds no certificate"),
        (files.certificate, files.certificate, files.certificate, "holds no private key"),
        (files.certificate, encrypted, encrypted, "openssl pkey"),
        ("/nowhere", files.privateKey, "/nowhere", "does not exist"),
        (files.certificate, "/nowhere", "/nowhere", "does not exist"),
      ] {
        let error = #expect(throws: FileError.self) {
          try CertificateKeeper(
            CertificateFiles(certificate: certificate, privateKey: key), logger: logger(Lines()))
        }
        #expect(error?.path == path && error?.description.contains(text) == true, "\(error as Any)")
      }
    }
  }

  @Test("A certificate that ends within two weeks is warned about: in the log, by /readyz and as a metric")
  func end() async throws {
    try await with { authority in
      let files = try authority.certificate("first", days: 13)
      let lines = Lines()
      let certificate = try CertificateKeeper(files, logger: logger(lines)).certificate
      #expect(lines.all.first?.contains("warning") == true && lines.all.first?.contains("ends at") == true)
      #expect(certificate.warning(at: certificate.ends + 1)?.contains("clients refuse it") == true)
      #expect(certificate.warning(at: certificate.begins - 1)?.contains("valid from") == true)
      let longer = try CertificateKeeper(authority.certificate("second", days: 15), logger: logger(Lines()))
      #expect(longer.certificate.warning() == nil)
      try await RunningService.with({ $0.certificate = files }) { service in
        let ready = try authority.get("/readyz", port: service.port)
        #expect(ready.contains("200 OK") && ready.contains("\"name\":\"certificate\""), "\(ready)")
        let metrics = try authority.get("/metrics", port: service.port)
        let expected =
          "metalr_certificate_end_timestamp_seconds \(Int(certificate.ends.timeIntervalSince1970))"
        #expect(metrics.contains(expected + "\n"), "\(metrics)")
      }
    }
  }

  @Test("With a certificate, tokens may travel to an address that others can reach")
  func tokens() throws {
    var configuration = ServiceConfiguration(checkpoints: "c", database: "d")
    configuration.host = "0.0.0.0"
    configuration.tokens = "t"
    configuration.certificate = CertificateFiles(certificate: "c", privateKey: "k")
    try configuration.validate()
    configuration.tokens = nil
    #expect(throws: Error.self) { try configuration.validate() }
  }
}
