import Files
import Foundation
import GRDB
import Logging
import MetaLR
import NIOConcurrencyHelpers
import Testing

@testable import Service

@Suite("Runs end when nobody ends them")
struct RetentionTests {
  let folder: String
  let clock = NIOLockedValueBox<Int64>(1_800_000_000_000)
  var path: String { folder + "/runs.sqlite" }

  init() throws { folder = try Sample.folder() }

  func store() throws -> RunStore {
    try Sample.store(folder, clock: { [clock] in clock.withLockedValue { $0 } })
  }

  func pass(hours: Double) { clock.withLockedValue { $0 += Int64(hours * 3_600_000) } }

  func now() -> Int64 { clock.withLockedValue { $0 } }

  func open(_ store: RunStore, limit: Int = 100, totalSteps: Int = 1_000_000) async throws -> Run {
    let library = ControllerLibrary(folder: folder + "/checkpoints")
    return try await store.open(
      RunRequest(controller: "sample", initialLearningRate: 0.01, totalSteps: totalSteps), owner: "o",
      requestKey: nil, controller: library.controller("sample"), limit: limit
    ).run
  }

  func observe(_ store: RunStore, _ run: Run, _ step: Int, limit: Int = 100) async throws {
    _ = try await store.answer(Sample.observation(step), run: run.id, of: .owner("o"), limit: limit)
  }

  func keep(_ store: RunStore, abandonHours: Double = 168, retainDays: Double = 0, age: Int64 = .max) async {
    var retention = ServiceConfiguration.Retention()
    retention.abandonHours = abandonHours
    retention.retainDays = retainDays
    let logger = Logger(label: "t") { LineLogHandler(label: $0, format: .text, level: .critical) }
    await Housekeeper(store: store, retention: retention, logger: logger).work(now: now(), age: age)
  }

  @Test("After a long time without the service its jobs have an hour to report before anything is too old")
  func grace() async throws {
    let store = try store()
    defer { store.close() }
    let run = try await open(store)
    pass(hours: 1000)
    await keep(store, retainDays: 7, age: 3_599_999)
    #expect(try await store.run(run.id, of: .owner("o")).status == .open)
    try await observe(store, run, 0)
    await keep(store, retainDays: 7, age: 3_600_000)
    #expect(try await store.run(run.id, of: .owner("o")).status == .open)
    pass(hours: 169)
    await keep(store, age: 3_600_000)
    #expect(try await store.run(run.id, of: .owner("o")).status == .abandoned)
  }

  @Test("A clock that is set forward, back, or right again makes nothing older than it is")
  func clocks() {
    var clock = RetentionClock(wall: 1_000_000, monotonic: 50)
    for (wall, monotonic, expected) in [
      (1_010_000, 10_050, 1_010_000), (1_019_000, 20_050, 1_019_000), (900_000_000, 30_050, 1_030_000),
      (500_000, 40_050, 500_000), (1_050_000, 50_050, 510_000), (515_000, 60_050, 515_000),
    ] as [(Int64, Int64, Int64)] {
      #expect(clock.now(wall: wall, monotonic: monotonic) == expected)
    }
  }

  @Test(
    "A silent run is abandoned, makes room, and is opened again by its next observation where there is room")
  func abandoned() async throws {
    let store = try store()
    defer { store.close() }
    let silent = try await open(store)
    let never = try await open(store)
    let lively = try await open(store)
    try await observe(store, silent, 0)
    pass(hours: 100)
    try await observe(store, lively, 0)
    pass(hours: 69)
    await keep(store)
    #expect(try await store.run(silent.id, of: .owner("o")).status == .abandoned)
    #expect(try await store.run(never.id, of: .owner("o")).status == .abandoned)
    #expect(try await store.run(lively.id, of: .owner("o")).status == .open)
    _ = try await open(store, limit: 2)
    let full = await #expect(throws: ServiceError.self) { try await observe(store, silent, 10, limit: 2) }
    #expect(full?.code == "too_many_runs")
    try await observe(store, silent, 0, limit: 2)
    #expect(
      try await store.run(silent.id, of: .owner("o")).status == .abandoned, "a repetition opens nothing")
    try await observe(store, silent, 10, limit: 3)
    #expect(try await store.run(silent.id, of: .owner("o")).status == .open)
    await keep(store)
    #expect(try await store.run(silent.id, of: .owner("o")).status == .open)
    #expect(try await store.finish(never.id, of: .owner("o")).status == .finished)
  }

  @Test("Runs that ended are deleted after their retention, open and young ones stay")
  func retention() async throws {
    let store = try store()
    let old = try await open(store)
    let open = try await open(store)
    for run in [old, open] { try await observe(store, run, 0) }
    _ = try await store.finish(old.id, of: .owner("o"))
    pass(hours: 240)
    let young = try await self.open(store)
    _ = try await store.finish(young.id, of: .owner("o"))
    await keep(store, abandonHours: 0, retainDays: 0)
    _ = try await store.run(old.id, of: .owner("o"))
    await keep(store, abandonHours: 0, retainDays: 9)
    await #expect(throws: ServiceError.self) { try await store.run(old.id, of: .owner("o")) }
    #expect(try await store.runs(RunFilter(), of: .owner("o")).map(\.id) == [young.id, open.id])
    store.close()
    let rows = try await DatabaseQueue(path: path).read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM runs")
    }
    #expect(rows == 2)
    #expect(try DatabaseVerification(path: path).isWhole)
  }

  @Test("A deleted run is gone at once, and its decisions go in slices, also after a restart")
  func slices() async throws {
    var store = try store()
    let run = try await open(store)
    let count = 2 * RetentionQueries.slice + 20
    for step in 0..<count { try await observe(store, run, 10 * step) }
    try await store.delete(run.id, of: .owner("o"))
    await #expect(throws: ServiceError.self) { try await store.run(run.id, of: .owner("o")) }
    await #expect(throws: ServiceError.self) { try await observe(store, run, 0) }
    #expect(try await store.runs(RunFilter(), of: .owner("o")).isEmpty)
    #expect(try await store.sweep())
    func left() async throws -> Int? {
      try await DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM decisions") }
    }
    #expect(try await left() == count - RetentionQueries.slice)
    store.close()
    #expect(try DatabaseVerification(path: path).isWhole, "half deleted")
    store = try self.store()
    while try await store.sweep() {}
    #expect(try await left() == 0)
    store.close()
    #expect(try DatabaseVerification(path: path).isWhole)
  }

  @Test("A long rewind goes in slices and ends where a short one does")
  func longRewind() async throws {
    let store = try store()
    let run = try await open(store)
    let count = 2 * RetentionQueries.slice + 20
    for step in 0..<count { try await observe(store, run, 10 * step) }
    let tenth = try await store.decisions(run, after: 90, limit: 1)
    let rewound = try await store.rewind(run.id, to: 90, of: .owner("o"), limit: 9)
    #expect(rewound.last?.step == 90 && rewound.rewinds == 1 && rewound.status == .open)
    #expect(try await store.decisions(run, after: -1, limit: 100).count == 10)
    try await observe(store, run, 100)
    #expect(try await store.decisions(run, after: 90, limit: 1) == tenth)
    store.close()
    #expect(try DatabaseVerification(path: path, repeating: true).isWhole)
  }

  @Test("The file shrinks when much was deleted, by itself and by `prune`")
  func shrinking() async throws {
    let store = try store()
    let run = try await open(store)
    try await observe(store, run, 0)
    func size() throws -> Int {
      try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }
    let other = try await open(store)
    store.close()
    try await DatabaseQueue(path: path).write { database in
      try database.execute(
        sql: """
          WITH RECURSIVE steps (step) AS (SELECT 10 UNION ALL SELECT step + 10 FROM steps WHERE step < 400000)
          INSERT INTO decisions SELECT run, steps.step, observation, learningRate, scale, verdict, source,
          outOfDistribution, state, time, link FROM decisions, steps WHERE run = ? AND decisions.step = 0
          """, arguments: [run.key])
    }
    let full = try size()
    let again = try self.store()
    try await again.delete(run.id, of: .owner("o"))
    await keep(again)
    _ = try await again.finish(other.id, of: .owner("o"))
    again.close()
    let shrunk = try size()
    #expect(full > 3 << 20 && shrunk < full * 2 / 3, "\(full) \(shrunk)")
    let rehearsal = try DatabasePruning(path: path, olderThanDays: 0, rehearsing: true)
    #expect(rehearsal.runs == 0, "the clock of the test is ahead")
    pass(hours: -24 * 365 * 10)
    let third = try self.store()
    let older = try await open(third)
    _ = try await third.finish(older.id, of: .owner("o"))
    #expect(throws: FileError.self, "in use") { try DatabasePruning(path: path, olderThanDays: 0) }
    third.close()
    let pruned = try DatabasePruning(path: path, olderThanDays: 30)
    #expect(pruned.runs == 1 && pruned.bytesAfter < 200_000, "\(pruned)")
    #expect(try DatabaseVerification(path: path).isWhole)
  }

  @Test("The runs in memory are bounded, and one that was dropped is read again")
  func cache() async throws {
    let store = try store()
    let run = try await open(store)
    try await observe(store, run, 0)
    store.close()
    let (cached, last) = try await DatabaseQueue(path: path).read { database in
      var staged = StagedRuns()
      for index in 0..<3 * StagedRuns.generation {
        staged.stage(run, id: "\(index)")
        _ = staged.commit()
      }
      let transaction = SQLiteTransaction(database: database)
      return (staged.cached, try staged.run(run.id, of: .owner("o"), transaction).last)
    }
    #expect(cached <= 2 * StagedRuns.generation)
    #expect(last?.step == 0)
  }

  @Test(
    "Times are written as Foundation writes them",
    arguments: [1, 951_782_400_000, 951_868_799_999, 1_709_164_800_123, 1_735_689_599_999, 4_107_542_400_000]
      as [Int64])
  func timestamps(time: Int64) {
    let date = Date(timeIntervalSince1970: Double(time) / 1000)
    let seconds = date.ISO8601Format()
    let millis = String(1000 + time % 1000).dropFirst()
    #expect(Timestamp.text(time) == seconds.dropLast() + ".\(millis)Z")
    #expect(Timestamp.text(0) == nil)
  }
}
