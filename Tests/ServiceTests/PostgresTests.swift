import Files
import Foundation
import Testing

@testable import Service

@Suite("PostgreSQL, without a server")
struct PostgresTests {
  @Test(
    "An address is shown without what may be secret",
    arguments: [
      ("postgres://ann:secret@db:5433/runs?sslmode=require", "postgres://db:5433/runs"),
      ("postgresql://db/runs", "postgresql://db/runs"), ("postgres://ann:p@ss@db/runs", "postgres://"),
      ("postgres:///runs?password=secret", "postgres:///runs"),
    ])
  func shown(text: String, expected: String) { #expect(PostgresAddress(text)?.shown == expected) }

  @Test(
    "An address that libpq reads otherwise than it was meant is refused, and nothing of a password is shown",
    arguments: [
      "postgres://ann:se@cret@db/runs", "postgres://ann:1/cret@db/runs", "postgres://ann:se?cret@db@x/runs",
      "postgres://ann@db/runs?secret=se", "postgres://ann:%zzsecret@db/runs",
      "postgres://db/runs?password=se@cret",
    ])
  func unreadable(text: String) throws {
    let address = try #require(PostgresAddress(text))
    let error = #expect(throws: FileError.self) { try LibPQ(for: address) }
    for part in ["se", "cret"] { #expect(error?.path.contains(part) == false) }
    #expect(error?.problem.contains("is not an address") == true && error?.remedy.contains("%40") == true)
  }

  @Test(
    "Addresses of every form that libpq reads are taken",
    arguments: [
      "postgres://ann:s%40cret@db:5433,db2/runs?sslmode=require", "postgresql:///runs?host=/run/postgresql",
      "postgres://ann:se?cret@[::1]:5432/runs", "postgres://",
    ])
  func readable(text: String) throws {
    let address = try #require(PostgresAddress(text))
    #expect(throws: Never.self) { try LibPQ(for: address) }
  }

  @Test(
    "A path is no address of PostgreSQL", arguments: ["runs.sqlite", "/var/postgres", "postgres:/runs", ""])
  func path(text: String) { #expect(PostgresAddress(text) == nil) }

  @Test("Where libpq is missing the remedy is told")
  func missingLibrary() throws {
    let address = try #require(PostgresAddress("postgres://ann:secret@db/runs"))
    let error = #expect(throws: FileError.self) { try LibPQ(for: address, names: ["libmissing.so.5"]) }
    #expect(error?.path == "postgres://db/runs" && error?.remedy.contains("libpq") == true)
  }

  @Test("Arguments are in PostgreSQL's binary form")
  func binaryForm() throws {
    // What `SELECT array_send(ARRAY[1, NULL]::float8[])` and its like return.
    #expect(try PostgresValue.integer(-2).encoded() == [255, 255, 255, 255, 255, 255, 255, 254])
    #expect(
      try PostgresValue.reals([1, nil]).encoded() == [
        0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 2, 189, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 8, 63, 240, 0, 0, 0, 0, 0, 0,
        255, 255, 255, 255,
      ])
    #expect(try PostgresValue.texts([]).encoded() == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25])
    #expect(
      try PostgresValue.byteArrays([[7], []]).encoded() == [
        0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 0, 0, 0, 0,
      ])
    #expect(try PostgresValue.null.encoded() == nil)
    #expect(throws: ServiceError.self) { try PostgresValue.text("a\0b").encoded() }
  }

  @Test("A service that trains controllers refuses PostgreSQL")
  func trainings() {
    var configuration = ServiceConfiguration(checkpoints: ".", database: "postgres://db/runs")
    #expect(throws: Never.self) { try configuration.validate() }
    configuration.trainings = ServiceConfiguration.Trainings(folder: ".", worker: ["metalr"])
    #expect(throws: (any Error).self) { try configuration.validate() }
  }

  @Test("Databases of PostgreSQL are refused where a file is asked for, with a sentence")
  func otherCommands() {
    let error = #expect(throws: FileError.self) {
      try DatabasePruning(path: "postgres://a:b@db/runs", olderThanDays: 1)
    }
    #expect(error?.path == "postgres://db/runs")
  }
}
