import Foundation
import Logging
import MetaLR

@testable import Service

/// A database of its own on the server that METALR_TEST_POSTGRES names, dropped with the last reference;
/// Scripts/service/postgres --for starts a server for a command.
final class PostgresDatabase: Sendable {
  private static let server = ProcessInfo.processInfo.environment["METALR_TEST_POSTGRES"] ?? ""
  static var isThere: Bool { !server.isEmpty }

  /// The address.
  let text: String
  private let name = "metalr_test_" + UUID().uuidString.lowercased().replacing("-", with: "")

  init() throws {
    guard var components = URLComponents(string: Self.server) else { throw CocoaError(.fileReadUnknown) }
    components.path = "/" + name
    text = components.string ?? ""
    try Self.connection(Self.server).command("CREATE DATABASE \(name) ENCODING 'UTF8' TEMPLATE template0")
  }

  deinit { _ = try? Self.connection(Self.server).command("DROP DATABASE \(name) WITH (FORCE)") }

  func connection() throws -> PostgresConnection { try Self.connection(text) }

  private static func connection(_ text: String) throws -> PostgresConnection {
    guard let address = PostgresAddress(text) else { throw CocoaError(.fileReadUnknown) }
    return PostgresConnection(try LibPQ(for: address), address)
  }

  /// An instance of the store.
  func store(
    clock: @escaping @Sendable () -> Int64 = Timestamp.now,
    afterCommit: @escaping @Sendable ([RunEvent]) -> Void = { _ in }
  ) throws -> RunStore {
    try RunStore(
      path: text, metrics: StoreMetrics(PrometheusRegistry()),
      logger: Logger(label: "test") { LineLogHandler(label: $0, format: .text, level: .critical) },
      rules: RunRules(guardian: Guardian(configuration: .init()), fallback: nil), clock: clock,
      afterCommit: afterCommit)
  }
}
