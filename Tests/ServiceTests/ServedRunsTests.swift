import Files
import Foundation
import GRDB
import MetaLR
import Testing

@testable import Service

@Suite("The runs that a controller may learn from")
struct ServedRunsTests {
  let folder: String
  var path: String { folder + "/runs.sqlite" }

  init() throws { folder = try Sample.folder() }

  /// Opens a run and reports so many observations, an interval apart.
  static func serve(
    _ store: RunStore, _ folder: String, learns: Bool? = true, observations: Int = 3, rate: Double = 0.01,
    labels: [String: String] = [:], finishes: Bool = true, more: [Measure: Reading] = [:]
  ) async throws {
    let library = ControllerLibrary(folder: folder + "/checkpoints")
    let run = try await store.open(
      RunRequest(
        controller: "sample", initialLearningRate: rate, totalSteps: 1000, interval: 20, labels: labels),
      owner: "o", requestKey: nil, controller: library.controller("sample"), limit: 100, learns: learns
    ).run
    for index in 0..<observations {
      var observation = Sample.observation(20 * index)
      observation.measures.merge(more) { $1 }
      _ = try await store.answer(observation, run: run.id, of: .owner("o"), limit: 100)
    }
    if finishes { _ = try await store.finish(run.id, of: .owner("o")) }
  }

  /// The measures that ``Sample`` reports, and these.
  static func absent(but more: Set<Measure> = []) -> Set<Measure> {
    Set(Measure.allCases).subtracting([
      .trainLoss, .validationLoss, .predictionVariance, .predictionChangeVariance, .weightMean,
      .weightVariance,
    ]).subtracting(more)
  }

  /// What every store has to give.
  static func check(_ store: RunStore, _ folder: String, database: String) async throws {
    try await serve(store, folder, learns: nil)
    try await serve(store, folder, learns: false)
    try await serve(store, folder, rate: 0.25, labels: ["job": "a"])
    try await serve(store, folder, finishes: false)
    try await serve(store, folder, observations: 1)
    try await serve(
      store, folder, labels: ["job": "b"],
      more: [.batchSize: Reading(32), .momentum: Reading(.infinity), .gradientNorm: Reading(1)])
    let found = try ServedRuns(database: database)
    #expect(found.looked == 6 && found.unfinished == 2)
    #expect(
      found.runs == [
        ServedRun(
          totalSteps: 1000, interval: 20, initialLearningRate: 0.25, looks: false, absent: absent()),
        ServedRun(
          totalSteps: 1000, interval: 20, initialLearningRate: 0.01, looks: false, facts: [.batchSize: 32],
          absent: absent(but: [.batchSize, .momentum, .gradientNorm])),
      ])
    #expect(try ServedRuns(database: database, label: "job=b").runs == [found.runs[1]])
    #expect(try ServedRuns(database: database, label: "job=c").runs.isEmpty)
    for label in ["job", "=a", "a b=c"] {
      #expect(throws: ConfigurationError.self) { try ServedRuns(database: database, label: label) }
    }
  }

  @Test(
    "Only runs that say so are read, once they have ended, each with its facts and what it never reported")
  func reading() async throws {
    let store = try Sample.store(folder)
    try await Self.check(store, folder, database: path)
    store.close()
    #expect(try ServedRuns(database: path).runs.count == 2, "after the service too")
  }

  @Test(
    "So it is in PostgreSQL", .enabled(if: PostgresDatabase.isThere, "METALR_TEST_POSTGRES names no server"))
  func postgres() async throws {
    let database = try PostgresDatabase()
    let store = try database.store()
    defer { store.close() }
    try await Self.check(store, folder, database: database.text)
  }

  @Test("A run that looked says so, and what only its looks or its last observation reported is not absent")
  func looks() {
    let request = RunRequest(controller: "c", initialLearningRate: 0.1, totalSteps: 100)
    var first = ReportedObservation(step: 0, measures: [.trainLoss: Reading(2)])
    first.looks = [[.trainLoss: Reading(1), .lossBeforeTrial: Reading(2)]]
    let last = ReportedObservation(
      step: 90, measures: [.trainLoss: Reading(1), .updateNorm: Reading(1), .batchSize: Reading(8)])
    let run = ServedRun(request, first: first, last: last)
    #expect(run.looks && run[.batchSize] == nil, "facts are those of the first observation")
    #expect(
      Set(Measure.allCases).subtracting(run.absent) == [
        .trainLoss, .lossBeforeTrial, .updateNorm, .batchSize,
      ])
  }

  @Test("Many runs are read page by page, the newest two thousand, the oldest of these first")
  func pages() async throws {
    let store = try Sample.store(folder)
    for number in 1...450 {
      try await Self.serve(store, folder, observations: 2, rate: Double(number) / 1000)
    }
    store.close()
    let rates = try ServedRuns(database: path).runs.map(\.initialLearningRate)
    #expect(rates == (1...450).map { Double($0) / 1000 })
  }

  @Test("Whether a run may be learned from is stored with it, and older runs and rules say no")
  func rules() async throws {
    let rules = RunRules(guardian: try Guardian(), fallback: .cosine)
    for learns in [true, false] {
      let stored = rules.learning(learns)
      #expect(RunRules(stored: stored.stored) == stored && stored.learns == learns)
    }
    #expect(rules.learning(nil) == rules && rules.learning(true).learning(nil).learns)
    #expect(rules.learning(false).stored == rules.stored, "the rules of before are the same text")
    #expect(RunRules(stored: #"{"guardian": {}}"#)?.learns == false)

    let store = try Sample.store(folder)
    try await Self.serve(store, folder, learns: nil)
    store.close()
    try await DatabaseQueue(path: path).write { try $0.execute(sql: "UPDATE runs SET rules = NULL") }
    try Sample.store(folder, learns: true).close()
    #expect(try ServedRuns(database: path).runs.isEmpty, "nobody asked the jobs of before")
  }

  @Test("A file that is no database of the service, or of another schema, is refused by name")
  func refusals() async throws {
    func error(_ path: String) -> FileError? {
      #expect(throws: FileError.self) { try ServedRuns(database: path) }
    }
    #expect(error(folder + "/none.sqlite")?.problem == "does not exist")
    try AtomicFile.write(String(repeating: "no database ", count: 100), to: folder + "/text.sqlite")
    #expect(error(folder + "/text.sqlite")?.problem.contains("not a database") == true)
    try AtomicFile.write("", to: folder + "/empty.sqlite")
    #expect(error(folder + "/empty.sqlite")?.problem == "is a database of another program")
    #expect(error(folder + "/checkpoints")?.problem.contains("could not be opened") == true)
    try Sample.store(folder).close()
    for (version, remedy) in [(Schema.version - 1, "Start `metalr serve`"), (Schema.version + 1, "Upgrade")] {
      try await DatabaseQueue(path: path).write { try $0.execute(sql: "PRAGMA user_version = \(version)") }
      let refused = error(path)
      #expect(refused?.problem.contains("schema \(version)") == true)
      #expect(refused?.remedy.hasPrefix(remedy) == true)
    }
  }
}

@Suite("Whether a run may be learned from, over HTTP", .serialized)
struct LearnableRunTests: DescribedAPI {
  let specification: Specification

  init() throws { specification = try Specification() }

  @Test("The job says it, or else the service", arguments: [false, true])
  func opening(byService: Bool) async throws {
    try await RunningService.with({ $0.learnsFromRuns = byService }) { service in
      let client = try service.client()
      for (said, expected) in [
        ("", byService), (#", "learn": true"#, true), (#", "learn": false"#, false),
        (#", "learn": null"#, byService),
      ] {
        let body = RunningService.opening.dropLast() + said + "}"
        let opened = try await call(client, "POST", "/v1/runs", body: String(body))
        let id = try #require(opened.object["id"] as? String, "\(opened.body)")
        let shown = try await call(client, "GET", "/v1/runs/\(id)", as: "/v1/runs/{id}")
        #expect(shown.object["learn"] as? Bool == expected, "\(said)")
      }
      let wrong = try await call(
        client, "POST", "/v1/runs", body: RunningService.opening.dropLast() + #", "learn": "yes"}"#)
      #expect(wrong.status == 400 && wrong.code == "invalid_body")
    }
  }
}
