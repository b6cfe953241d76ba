@testable import Service

/// The databases that a test of both runs on: PostgreSQL as well where METALR_TEST_POSTGRES names a server.
enum TestedStore: Sendable, CaseIterable {
  case sqlite, postgres

  static var there: [TestedStore] { PostgresDatabase.isThere ? allCases : [.sqlite] }

  /// Starts a service on a new database, does `work` with it, and stops it.
  func withService(_ work: (RunningService) async throws -> Void) async throws {
    let database = try newDatabase()
    try await RunningService.with({ if let database { $0.database = database.text } }, work)
    withExtendedLifetime(database) {}
  }

  /// Opens a new database, does `work` with it and the sample controller, and closes it.
  func withStore(_ work: (RunStore, LoadedController) async throws -> Void) async throws {
    let folder = try Sample.folder()
    let database = try newDatabase()
    let store = try database.map { try $0.store() } ?? Sample.store(folder)
    defer { store.close() }
    try await work(store, ControllerLibrary(folder: folder + "/checkpoints").controller("sample"))
    withExtendedLifetime(database) {}
  }

  private func newDatabase() throws -> PostgresDatabase? { self == .postgres ? try PostgresDatabase() : nil }
}
