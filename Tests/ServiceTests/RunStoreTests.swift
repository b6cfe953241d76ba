import Files
import Foundation
import GRDB
import MetaLR
import Testing

@testable import Service

@Suite("The store of runs")
struct RunStoreTests {
  let folder: String
  let library: ControllerLibrary

  init() throws {
    folder = try Sample.folder()
    library = ControllerLibrary(folder: folder + "/checkpoints")
  }

  func open(
    _ store: RunStore, key: String? = nil, totalSteps: Int = 1000, owner: String = "o", limit: Int = 100
  ) async throws -> Run {
    try await store.open(
      RunRequest(controller: "sample", initialLearningRate: 0.01, totalSteps: totalSteps), owner: owner,
      requestKey: key, controller: library.controller("sample"), limit: limit
    ).run
  }

  @Test("Answers, order and rewinds survive a restart")
  func restart() async throws {
    var store: RunStore? = try Sample.store(folder)
    let run = try await open(#require(store))
    var decisions: [StoredDecision] = []
    for step in stride(from: 0, through: 50, by: 10) {
      decisions.append(
        try await #require(store).answer(Sample.observation(step), run: run.id, of: .owner("o"), limit: 100))
    }
    _ = try await #require(store).run(run.id, of: .owner("o"))
    store?.close()
    store = nil
    #expect(!FileManager.default.fileExists(atPath: folder + "/runs.sqlite-wal"), "left as one file")
    let again = try Sample.store(folder)
    for decision in decisions {
      #expect(
        try await again.answer(decision.observation, run: run.id, of: .owner("o"), limit: 100) == decision)
    }
    _ = try await again.rewind(run.id, to: 20, of: .owner("o"), limit: 1)
    #expect(
      try await again.answer(Sample.observation(30), run: run.id, of: .owner("o"), limit: 100) == decisions[3]
    )
    #expect(try await again.run(run.id, of: .owner("o")).rewinds == 1)
  }

  @Test("A run that ended is opened again by a rewind only where there is room for it")
  func rewindPastTheLimit() async throws {
    let store = try Sample.store(folder)
    let ended = try await open(store, limit: 1)
    _ = try await store.answer(Sample.observation(0), run: ended.id, of: .owner("o"), limit: 100)
    _ = try await store.answer(Sample.observation(10), run: ended.id, of: .owner("o"), limit: 100)
    _ = try await store.finish(ended.id, of: .owner("o"))
    _ = try await open(store, limit: 1)
    await #expect(throws: ServiceError.self) {
      try await store.rewind(ended.id, to: 0, of: .owner("o"), limit: 1)
    }
    #expect(try await store.run(ended.id, of: .owner("o")).status == .finished)
    #expect(try await store.rewind(ended.id, to: 0, of: .owner("o"), limit: 2).status == .open)
  }

  @Test("A repeated reading that is not a number changes nothing")
  func repeatedNaN() async throws {
    let store = try Sample.store(folder)
    let run = try await open(store)
    var observation = Sample.observation(0)
    observation.measures[.validationLoss] = Reading(.nan)
    let decision = try await store.answer(observation, run: run.id, of: .owner("o"), limit: 100)
    #expect(try await store.answer(observation, run: run.id, of: .owner("o"), limit: 100) == decision)
    #expect(try await store.rewind(run.id, to: 0, of: .owner("o"), limit: 9).rewinds == 0)
    let ended = try await store.finish(run.id, of: .owner("o"))
    #expect(try await store.finish(run.id, of: .owner("o")) == ended)
  }

  @Test("Every commit is synced, in WAL mode")
  func durability() throws {
    let file = try DatabaseFile(path: folder + "/pragmas.sqlite")
    let (synchronous, mode) = try file.pool.writeWithoutTransaction { database in
      (
        try Int.fetchOne(database, sql: "PRAGMA synchronous"),
        try String.fetchOne(database, sql: "PRAGMA journal_mode")
      )
    }
    #expect(synchronous == 2 && mode == "wal")
  }

  @Test("Requests at the same time are committed together and answered each")
  func concurrency() async throws {
    let store = try Sample.store(folder)
    let runs = try await withThrowingTaskGroup(of: Run.self) { group in
      for _ in 0..<50 { group.addTask { try await open(store) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(runs.map(\.id)).count == 50)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for run in runs {
        group.addTask {
          for step in stride(from: 0, through: 100, by: 10) {
            let decision = try await store.answer(
              Sample.observation(step), run: run.id, of: .owner("o"), limit: 100)
            #expect(decision.step == step)
          }
        }
      }
      try await group.waitForAll()
    }
    let schedules = try await withThrowingTaskGroup(of: [Double].self) { group in
      for run in runs {
        group.addTask {
          try await store.decisions(run, after: -1, limit: 100).map(\.answer.learningRate)
        }
      }
      return try await group.reduce(into: Set<[Double]>()) { $0.insert($1) }
    }
    #expect(schedules.count == 1)
    #expect(schedules.first?.count == 11)
  }

  @Test("A run belongs to its owner; a key opens one run; a limit holds")
  func ownership() async throws {
    let store = try Sample.store(folder)
    let run = try await open(store, key: "k")
    #expect(try await open(store, key: "k").id == run.id)
    #expect(try await open(store, key: "k", owner: "p").id != run.id)
    await #expect(throws: ServiceError.self) { try await open(store, key: "k", totalSteps: 20) }
    await #expect(throws: ServiceError.self) { try await store.run(run.id, of: .owner("p")) }
    await #expect(throws: ServiceError.self) {
      try await store.answer(Sample.observation(0), run: run.id, of: .owner("p"), limit: 100)
    }
    let error = await #expect(throws: ServiceError.self) { try await open(store, limit: 1) }
    #expect(error?.code == "too_many_runs")
    try await store.delete(run.id, of: .owner("o"))
    _ = try await open(store, limit: 1)
  }

  @Test("Open runs go on when their checkpoint is deleted or replaced, also after a restart")
  func deletedCheckpoint() async throws {
    var store: RunStore? = try Sample.store(folder)
    let run = try await open(#require(store))
    let twin = try await open(#require(store))
    var rates: [Double] = []
    for step in [0, 10, 20] {
      let answer = try await #require(store).answer(
        Sample.observation(step), run: run.id, of: .owner("o"), limit: 100)
      rates.append(answer.answer.learningRate)
    }
    try Sample.checkpoint(seed: 2).write(to: folder + "/checkpoints/sample.ckpt")
    #expect(try await library.controller("sample").hash != run.controllerHash)
    try FileManager.default.removeItem(atPath: folder + "/checkpoints/sample.ckpt")
    store?.close()
    store = nil
    let again = try Sample.store(folder)
    for (step, rate) in zip([0, 10, 20], rates) {
      #expect(
        try await again.answer(Sample.observation(step), run: twin.id, of: .owner("o"), limit: 100).answer
          .learningRate == rate
      )
    }
    let error = await #expect(throws: ServiceError.self) { try await library.controller("sample") }
    #expect(error?.code == "unknown_controller")
  }

  @Test("A second process is kept out of the database")
  func lock() throws {
    let store = try Sample.store(folder)
    let error = #expect(throws: FileError.self) { try Sample.store(folder) }
    #expect(error?.problem.contains("in use") == true)
    store.close()
  }

  @Test("A damaged page that was read keeps the service from being ready, though others can be written")
  func damage() async throws {
    let store = try Sample.store(folder)
    let run = try await open(store)
    for step in [0, 10] {
      _ = try await store.answer(Sample.observation(step), run: run.id, of: .owner("o"), limit: 100)
    }
    store.close()
    let path = folder + "/runs.sqlite"
    let page = try await DatabaseQueue(path: path).read {
      try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'decisions'")
    }
    let copy = folder + "/copy"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: path, toPath: copy + "/runs.sqlite")
    let again = try Sample.store(copy)
    try await again.probe()
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: copy + "/runs.sqlite"))
    try file.seek(toOffset: UInt64(4096 * (try #require(page) - 1)))
    try file.write(contentsOf: Data(repeating: 0x55, count: 4096))
    try file.close()
    let error = await #expect(throws: ServiceError.self) { try await again.run(run.id, of: .owner("o")) }
    #expect(error?.code == "database_corrupt")
    let later = await #expect(throws: ServiceError.self) { try await again.probe() }
    #expect(later?.code == "database_corrupt")
    again.close()
  }

  @Test("A database of the first schema is brought up to date")
  func firstSchema() throws {
    let path = folder + "/older.sqlite"
    try DatabaseQueue(path: path).writeWithoutTransaction {
      try $0.execute(sql: Schema.migrations[0])
      try $0.execute(sql: "PRAGMA user_version = 1; PRAGMA application_id = \(Schema.applicationID)")
    }
    _ = try DatabaseFile(path: path)
    let version = try DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
    #expect(version == Schema.version)
  }

  @Test("Databases of newer schemas, of other programs and damaged ones are refused by name")
  func refusal() throws {
    let newer = folder + "/newer.sqlite"
    _ = try DatabaseFile(path: newer)
    try DatabaseQueue(path: newer).writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
    #expect(throws: FileError.self) { try DatabaseFile(path: newer) }
    let other = folder + "/other.sqlite"
    try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE t (a)") }
    let error = #expect(throws: FileError.self) { try DatabaseFile(path: other) }
    #expect(error?.problem.contains("another program") == true)
    let damaged = folder + "/damaged.sqlite"
    try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: damaged))
    #expect(throws: FileError.self) { try DatabaseFile(path: damaged) }
    #expect(throws: FileError.self) { try DatabaseFile(path: folder + "/missing/a.sqlite") }
  }
}
