import Files
import Foundation
import Testing

@testable import Service

@Suite(
  "The store of runs in PostgreSQL, two instances of it", .serialized, .timeLimit(.minutes(5)),
  .enabled(if: PostgresDatabase.isThere, "METALR_TEST_POSTGRES names no server"))
struct PostgresStoreTests {
  let folder: String
  let database: PostgresDatabase
  let library: ControllerLibrary
  let owner = Reach.owner("o")

  init() throws {
    folder = try Sample.folder()
    library = ControllerLibrary(folder: folder + "/checkpoints")
    database = try PostgresDatabase()
  }

  func open(_ store: RunStore, key: String? = nil, labels: [String: String] = [:], limit: Int = 100)
    async throws -> Run
  {
    try await store.open(
      RunRequest(controller: "sample", initialLearningRate: 0.01, totalSteps: 1000, labels: labels),
      owner: "o", requestKey: key, controller: library.controller("sample"), limit: limit
    ).run
  }

  func withTwo(_ work: (RunStore, RunStore) async throws -> Void) async throws {
    let (one, other) = (try database.store(), try database.store())
    defer {
      one.close()
      other.close()
    }
    try await work(one, other)
  }

  @Test("A run that moves from instance to instance gets the answers that a file of SQLite gives")
  func sameAnswers() async throws {
    let file = try Sample.store(folder)
    defer { file.close() }
    try await withTwo { one, other in
      let (expected, run) = (try await open(file), try await open(one))
      for step in stride(from: 0, through: 300, by: 10) {
        let store = step.isMultiple(of: 20) ? one : other
        let observation = Sample.observation(step, noise: step == 150 ? 50 : 0)
        let answer = try await store.answer(observation, run: run.id, of: owner, limit: 9)
        #expect(try await file.answer(observation, run: expected.id, of: owner, limit: 9) == answer)
      }
      let (known, moved) = (
        try await file.run(expected.id, of: owner), try await other.run(run.id, of: owner)
      )
      #expect(known.last == moved.last && known.status == moved.status && known.rules == moved.rules)
      let stored = try await one.decisions(run, after: -1, limit: 1000)
      #expect(try await file.decisions(expected, after: -1, limit: 1000) == stored)
      var link: [UInt8]?
      for decision in stored {
        link = DecisionChain.link(DecisionChain.Columns(decision), after: link, run: run.id)
        #expect(decision.link == link)
      }
    }
  }

  @Test("The same observation at both instances at once is decided once")
  func concurrentObservations() async throws {
    try await withTwo { one, other in
      let run = try await open(one)
      for step in stride(from: 0, through: 400, by: 10) {
        let observation = Sample.observation(step)
        async let first = one.answer(observation, run: run.id, of: owner, limit: 9)
        async let second = other.answer(observation, run: run.id, of: owner, limit: 9)
        let answers = try await [first, second]
        #expect(answers[0] == answers[1])
        #expect(answers[0].time == answers[1].time, "one of them is the stored decision")
      }
      #expect(try await one.decisions(run, after: -1, limit: 1000).count == 41)
    }
  }

  @Test("Of two different observations of a step, at both instances at once, one is refused")
  func conflictingObservations() async throws {
    try await withTwo { one, other in
      let run = try await open(one)
      for step in stride(from: 0, through: 200, by: 10) {
        async let first = Self.code {
          try await one.answer(Sample.observation(step), run: run.id, of: owner, limit: 9)
        }
        async let second = Self.code {
          try await other.answer(Sample.observation(step, noise: 0.01), run: run.id, of: owner, limit: 9)
        }
        let codes = await Set([first, second])
        #expect(codes == ["ok", "conflicting_observation"])
      }
    }
  }

  private static func code(_ work: () async throws -> some Any) async -> String {
    do {
      _ = try await work()
      return "ok"
    } catch {
      return (error as? ServiceError)?.code ?? "\(error)"
    }
  }

  @Test("A request that both instances get opens one run")
  func requestKeys() async throws {
    try await withTwo { one, other in
      for index in 0..<20 {
        async let first = open(one, key: "key \(index)")
        async let second = open(other, key: "key \(index)")
        let ids = try await Set([first.id, second.id])
        #expect(ids.count == 1)
      }
      #expect(try await one.counts() == ["open": 20])
    }
  }

  @Test("The limit of open runs holds for both instances together")
  func limit() async throws {
    try await withTwo { one, other in
      let opened = await withTaskGroup(of: Bool.self) { group in
        for index in 0..<40 {
          group.addTask { (try? await open(index.isMultiple(of: 2) ? one : other, limit: 7)) != nil }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      let counts = try await other.counts()
      #expect(opened == 7 && counts == ["open": 7])
    }
  }

  @Test("A rewind at one instance is one at the other, and the answers after it are the same")
  func rewinds() async throws {
    try await withTwo { one, other in
      let run = try await open(one)
      var decisions: [StoredDecision] = []
      for step in stride(from: 0, through: 50, by: 10) {
        decisions.append(try await one.answer(Sample.observation(step), run: run.id, of: owner, limit: 9))
      }
      _ = try await other.rewind(run.id, to: 20, of: owner, limit: 9)
      #expect(try await one.run(run.id, of: owner).rewinds == 1)
      for decision in decisions {
        #expect(try await one.answer(decision.observation, run: run.id, of: owner, limit: 9) == decision)
      }
      _ = try await one.finish(run.id, of: owner)
      #expect(
        await Self.code { try await other.answer(Sample.observation(60), run: run.id, of: owner, limit: 9) }
          == "run_finished")
    }
  }

  @Test(
    "Silent runs are abandoned, old ones deleted, by either instance; a run that comes back is open again")
  func retention() async throws {
    try await withTwo { one, other in
      let (silent, finished) = (try await open(one), try await open(other))
      _ = try await one.finish(finished.id, of: owner)
      let future = Timestamp.now() + 10_000
      #expect(try await one.abandon(silentSince: future) == 1)
      #expect(try await other.abandon(silentSince: future) == 0)
      _ = try await other.answer(Sample.observation(0), run: silent.id, of: owner, limit: 9)
      #expect(try await one.run(silent.id, of: owner).status == .open)
      #expect(try await other.expire(endedBefore: future) == 1)
      #expect(await Self.code { try await one.run(finished.id, of: owner) } == "unknown_run")
      try await one.delete(silent.id, of: owner)
      async let first: Void = Self.sweep(one)
      async let second: Void = Self.sweep(other)
      _ = try await (first, second)
      let connection = try database.connection()
      for table in ["runs", "decisions", "controllers", "rules"] {
        #expect(try connection.query("SELECT count(*) FROM \(table)").first?.integer(0) == 0)
      }
      connection.close()
    }
  }

  private static func sweep(_ store: RunStore) async throws { while try await store.sweep() {} }

  @Test("Labels are found by key and value, whatever they hold")
  func labels() async throws {
    try await withTwo { one, other in
      let values = ["plain", "", "\"k\":\"v\"", "a\\", "a\\\"b", "\u{301}accent", "nul\0", "ü/ß", "v"]
      for value in values { _ = try await open(one, labels: ["k": value, "z": "v"]) }
      for value in values {
        let filter = RunFilter(labels: [.init(key: "k", value: value)])
        #expect(try await other.runs(filter, of: owner).map(\.request.labels["k"]) == [value])
      }
      #expect(
        try await one.runs(RunFilter(status: .open, controller: "sample", limit: 4), of: owner).count == 4)
      #expect(try await one.runs(RunFilter(), of: .owner("somebody")).isEmpty)
      #expect(try await one.runs(RunFilter(labels: [.init(key: "k", value: "lain")]), of: owner).isEmpty)
    }
  }

  @Test("A text that PostgreSQL does not store fails its request alone")
  func unstorableText() async throws {
    try await withTwo { one, _ in
      async let bad = Self.code { try await open(one, key: "a\0") }
      async let good = open(one, key: "b")
      let code = await bad
      #expect(code == "invalid_value")
      _ = try await good
      #expect(await Self.code { try await one.run("\0", of: owner) } == "unknown_run")
    }
  }

  @Test("Connections that the server ended are made again, and no answer changes")
  func lostConnections() async throws {
    try await withTwo { one, other in
      let run = try await open(one)
      let connection = try database.connection()
      defer { connection.close() }
      var decisions: [StoredDecision] = []
      for step in stride(from: 0, through: 200, by: 10) {
        try connection.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        let store = step.isMultiple(of: 20) ? one : other
        decisions.append(try await store.answer(Sample.observation(step), run: run.id, of: owner, limit: 9))
        #expect(try await store.run(run.id, of: owner).last == decisions.last)
      }
      #expect(try await other.decisions(run, after: -1, limit: 1000) == decisions)
    }
  }

  @Test(
    "A connection that is lost within a transaction ends it: nothing of it is stored, and nothing is stored after it"
  )
  func lostWithinTransaction() async throws {
    try await withTwo { one, other in
      let connection = try database.connection()
      defer { connection.close() }
      func beats() throws -> Int64? {
        try connection.query("SELECT count FROM metalr.heartbeat").first?.integer(0)
      }
      let before = try beats()
      let failure = await Self.code {
        try await one.write { [database] transaction, _ in
          try transaction.beat()
          let killer = try database.connection()
          try killer.query(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE state = 'idle in transaction' AND datname = current_database()
            """)
          killer.close()
          // Whoever forgot to pass on the first error must not write outside the transaction.
          while (try? transaction.beat()) != nil {}
          _ = try? transaction.beat()
        }
      }
      #expect(failure == "database_unavailable")
      #expect(try beats() == before)
      try await one.probe()
      #expect(try beats() == (before ?? 0) + 1)
    }
  }

  @Test(
    "A database is verified: a decision that was changed or taken out, and another copy of a checkpoint, are told"
  )
  func verification() async throws {
    let run = try await {
      let store = try database.store()
      defer { store.close() }
      let run = try await open(store)
      for step in stride(from: 0, through: 50, by: 10) {
        _ = try await store.answer(Sample.observation(step), run: run.id, of: owner, limit: 9)
      }
      try await store.delete(open(store).id, of: owner)
      return run
    }()
    func problems(repeating: Bool = false) throws -> [String] {
      let report = try DatabaseVerification(path: database.text, repeating: repeating)
      #expect(report.runs == 1 && report.isWhole == report.problems.isEmpty)
      return report.problems
    }
    let report = try DatabaseVerification(path: database.text, repeating: true)
    #expect(report.isWhole && report.decisions == 6 && report.repeated == 6)
    let connection = try database.connection()
    defer { connection.close() }
    // Each change is undone by the one after it.
    for (change, back, sign) in [
      ("learning_rate = learning_rate * 2", "learning_rate = learning_rate / 2", "step 20"),
      ("step = step + 5", "step = step - 5", "step 25"),
      ("verdict = 'stop'", "verdict = 'continue'", "step 20"),
    ] {
      try connection.command("UPDATE decisions SET \(change) WHERE step = 20")
      let found = try problems()
      #expect(found.count == 1 && found[0].contains(run.id) && found[0].contains(sign), "\(change): \(found)")
      try connection.command("UPDATE decisions SET \(back) WHERE step IN (20, 25)")
      #expect(try problems() == [])
    }
    try connection.command("UPDATE controllers SET checkpoint = checkpoint || '\\x00'")
    #expect(try problems().count == 1)
    try connection.command("DELETE FROM decisions WHERE step = 20")
    #expect(try problems().count == 2)
    try connection.command("UPDATE schema_version SET version = 0")
    #expect(throws: FileError.self, "is of another schema") { try problems() }
    #expect(throws: FileError.self, "holds no runs") {
      try DatabaseVerification(path: PostgresDatabase().text)
    }
  }

  @Test("What an instance did just before its end is told to the others")
  func newsOfTheEnd() async throws {
    let (one, other) = (try database.store(), try database.store())
    let run = try await open(one)
    var news = try #require(other.news).makeAsyncIterator()
    guard case .interrupted? = await news.next() else {
      Issue.record("the first news is not that the connection was made")
      return
    }
    try await Task.sleep(for: .seconds(1))
    try await one.delete(run.id, of: owner)
    one.close()
    try await Task.sleep(for: .seconds(1))
    // Ends the news after what it was told.
    other.close()
    while case .changed(let changes)? = await news.next() {
      if changes[run.id]?.isDeleted == true { return }
    }
    Issue.record("the end of the run was not told")
  }

  @Test("Filters of any number of forms leave a bounded number of statements at the server")
  func preparedStatements() async throws {
    let connection = try database.connection()
    defer { connection.close() }
    for number in 0..<300 {
      #expect(try connection.query("SELECT \(number)::bigint").first?.integer(0) == Int64(number))
    }
    let count = try connection.query("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''").first?
      .integer(0)
    #expect(count == 100)
  }

  @Test("What one instance does is told to those who watch at the other")
  func news() async throws {
    let (one, other) = (try database.store(), try database.store())
    defer {
      one.close()
      other.close()
    }
    let hub = EventHub()
    let run = try await open(one)
    let task = Task { try await SharedEvents(store: other, hub: hub).run() }
    defer { task.cancel() }
    // The first news is that the connection was made.
    try await Task.sleep(for: .seconds(1))
    let events = hub.events(of: run.id)
    _ = try await one.answer(Sample.observation(0), run: run.id, of: owner, limit: 9)
    var iterator = events.makeAsyncIterator()
    guard case .event(let event)? = await iterator.next(), case .elsewhere = event.change else {
      Issue.record("nothing was told")
      return
    }
    #expect(event.run.last?.step == 0)
    try await one.delete(run.id, of: owner)
    #expect(await iterator.next() == nil, "the stream of a deleted run ends")
  }

  @Test("A database of a newer schema is refused")
  func newerSchema() throws {
    try database.store().close()
    let connection = try database.connection()
    defer { connection.close() }
    try connection.command("UPDATE schema_version SET version = 1000")
    #expect(throws: (any Error).self) { try database.store() }
  }
}
