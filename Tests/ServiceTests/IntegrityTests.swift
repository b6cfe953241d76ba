import Files
import Foundation
import GRDB
import MetaLR
import Testing

@testable import Service

@Suite("The database keeps what it acknowledged, or says so")
struct IntegrityTests {
  let folder: String
  var path: String { folder + "/runs.sqlite" }

  init() throws { folder = try Sample.folder() }

  func open(_ store: RunStore) async throws -> Run {
    let library = ControllerLibrary(folder: folder + "/checkpoints")
    return try await store.open(
      RunRequest(controller: "sample", initialLearningRate: 0.01, totalSteps: 10_000), owner: "o",
      requestKey: nil, controller: library.controller("sample"), limit: 100
    ).run
  }

  func decide(_ store: RunStore, _ run: Run, _ steps: ClosedRange<Int>) async throws {
    for step in steps where step.isMultiple(of: 10) {
      _ = try await store.answer(Sample.observation(step), run: run.id, of: .owner("o"), limit: 100)
    }
  }

  @Test(
    "A file that is removed or replaced under the service fails writes and readiness, and heals when it is back",
    arguments: ["", "-wal", "-shm", ".lock"])
  func vanished(suffix: String) async throws {
    let store = try Sample.store(folder)
    defer { store.close() }
    let run = try await open(store)
    try await decide(store, run, 0...50)
    try FileManager.default.moveItem(atPath: path + suffix, toPath: folder + "/away")
    for _ in 0..<2 {
      let error = await #expect(throws: ServiceError.self) {
        try await store.answer(Sample.observation(60), run: run.id, of: .owner("o"), limit: 100)
      }
      #expect(error?.code == "database_replaced" && error?.status == 503)
      await #expect(throws: ServiceError.self) { try await store.probe() }
      // The second time another file is in its place.
      try Data().write(to: URL(fileURLWithPath: path + suffix))
    }
    try FileManager.default.removeItem(atPath: path + suffix)
    try FileManager.default.moveItem(atPath: folder + "/away", toPath: path + suffix)
    try await store.probe()
    try await decide(store, run, 60...70)
    #expect(try await store.decisions(run, after: -1, limit: 100).count == 8)
  }

  @Test("A second service is kept out through a symbolic link too, and a hard link is refused")
  func links() throws {
    let store = try Sample.store(folder)
    let other = try Sample.folder()
    try FileManager.default.createSymbolicLink(
      atPath: other + "/runs.sqlite", withDestinationPath: folder + "/runs.sqlite")
    let error = #expect(throws: FileError.self) { try Sample.store(other) }
    #expect(error?.problem.contains("in use") == true)
    store.close()
    try Sample.store(other).close()
    try FileManager.default.linkItem(atPath: path, toPath: folder + "/twin.sqlite")
    let twin = #expect(throws: FileError.self) { try Sample.store(folder) }
    #expect(twin?.problem.contains("hard link") == true)
  }

  @Test("A link to a file that is not there yet is followed by the lock as by the database")
  func danglingLink() throws {
    let other = try Sample.folder()
    try FileManager.default.createSymbolicLink(
      atPath: other + "/runs.sqlite", withDestinationPath: folder + "/new.sqlite")
    let store = try Sample.store(other)
    #expect(FileManager.default.fileExists(atPath: folder + "/new.sqlite.lock"))
    #expect(FileManager.default.fileExists(atPath: folder + "/new.sqlite"))
    store.close()
  }

  @Test("Only the owner may read the files of the database, also of one from before")
  func permissions() async throws {
    try Data().write(to: URL(fileURLWithPath: path))
    chmod(path, 0o644)
    let store = try Sample.store(folder)
    _ = try await open(store)
    for file in DatabasePath.companions(of: path) + [DatabasePath.lock(of: path)] {
      let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(file)")
    }
    store.close()
  }

  @Test("A flipped bit in the log cuts it, which the next start and `verify` tell")
  func cutLog() async throws {
    let store = try Sample.store(folder)
    let run = try await open(store)
    try await decide(store, run, 0...790)
    // As a kill leaves them: database, log and lock, without the index of the log.
    let copy = try Sample.folder()
    for suffix in ["", "-wal", ".lock"] {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + "/runs.sqlite" + suffix)
    }
    store.close()
    let whole = try Sample.folder()
    for suffix in ["", "-wal", ".lock"] {
      try FileManager.default.copyItem(
        atPath: copy + "/runs.sqlite" + suffix, toPath: whole + "/runs.sqlite" + suffix)
    }
    var log = try Data(contentsOf: URL(fileURLWithPath: copy + "/runs.sqlite-wal"))
    log[log.count / 2] ^= 1
    try log.write(to: URL(fileURLWithPath: copy + "/runs.sqlite-wal"))
    let again = try Sample.store(whole)
    #expect(again.loss == nil)
    again.close()
    #expect(try DatabaseVerification(path: whole + "/runs.sqlite").isWhole)
    let cut = try DatabaseVerification(path: copy + "/runs.sqlite")
    #expect(cut.problems.contains { $0.contains("acknowledged") })
    let after = try Sample.store(copy)
    let kept = try await after.decisions(run, after: -1, limit: 100).count
    #expect(kept < 80)
    // The run was opened, then 80 decisions were made.
    #expect(after.loss?.missing == Int64(80 - kept))
    let readiness = await Readiness(
      store: after, library: ControllerLibrary(folder: folder + "/checkpoints")
    ).report()
    #expect(readiness.isReady && readiness.checks.contains { $0.name == "ledger" && $0.status == .warning })
    after.close()
    let next = try Sample.store(copy)
    #expect(next.loss == nil, "it is told once")
    next.close()
    #expect(try DatabaseVerification(path: copy + "/runs.sqlite").losses.count == 1)
  }

  @Test("A write that hangs makes the service unready within the deadline, and readiness comes back with it")
  func hangingWrite() async throws {
    let store = try Sample.store(folder)
    let gate = DispatchSemaphore(value: 0)
    let hanging = Task { try await store.write { _, _ in gate.wait() } }
    let library = ControllerLibrary(folder: folder + "/checkpoints")
    let readiness = Readiness(store: store, library: library, deadline: .milliseconds(200))
    let report = await readiness.report()
    #expect(!report.isReady && report.checks.contains { $0.message.contains("within") })
    gate.signal()
    try await hanging.value
    #expect(await Readiness(store: store, library: library).report().isReady)
    store.close()
  }

  @Test("An older copy in the database's place is told")
  func olderCopy() async throws {
    var store = try Sample.store(folder)
    let run = try await open(store)
    try await decide(store, run, 0...50)
    store.close()
    try FileManager.default.copyItem(atPath: path, toPath: folder + "/copy")
    store = try Sample.store(folder)
    try await decide(store, run, 60...100)
    store.close()
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.moveItem(atPath: folder + "/copy", toPath: path)
    store = try Sample.store(folder)
    #expect(store.loss?.missing == 5)
    store.close()
  }

  @Test(
    "A decision that was changed, moved or taken out is found by its run and step",
    arguments: [
      "UPDATE decisions SET learningRate = learningRate * 1.0000000000000002 WHERE step = 30",
      "UPDATE decisions SET state = (SELECT state FROM decisions WHERE step = 20) WHERE step = 30",
      "UPDATE decisions SET observation = zeroblob(48) WHERE step = 30",
      "UPDATE decisions SET time = time + 1 WHERE step = 30",
      "UPDATE decisions SET link = NULL WHERE step = 30",
      "DELETE FROM decisions WHERE step = 20", "DELETE FROM decisions WHERE step = 0",
      "UPDATE controllers SET checkpoint = zeroblob(9)", "DELETE FROM rules",
    ])
  func tampered(statement: String) async throws {
    let store = try Sample.store(folder)
    let run = try await open(store)
    try await decide(store, run, 0...50)
    _ = try await store.rewind(run.id, to: 30, of: .owner("o"), limit: 9)
    try await decide(store, run, 40...60)
    #expect(try DatabaseVerification(path: path, repeating: true).isWhole, "in use")
    store.close()
    let before = try DatabaseVerification(path: path, repeating: true)
    #expect(before.isWhole && before.runs == 1 && before.decisions == 7 && before.repeated == 7)
    var configuration = GRDB.Configuration()
    configuration.foreignKeysEnabled = false
    try await DatabaseQueue(path: path, configuration: configuration).write { try $0.execute(sql: statement) }
    let after = try DatabaseVerification(path: path)
    #expect(!after.isWhole)
  }

  @Test(
    "Runs of a controller that looks back, of the training loss alone and of a huge norm, are chained and repeated"
  )
  func lookingBack() async throws {
    let shipped = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../checkpoints")
    try FileManager.default.copyItem(
      at: shipped.appending(path: "universal.ckpt"),
      to: URL(fileURLWithPath: folder + "/checkpoints/universal.ckpt"))
    var store = try Sample.store(folder)
    let library = ControllerLibrary(folder: folder + "/checkpoints")
    let run = try await store.open(
      RunRequest(controller: "universal", initialLearningRate: 0.01, totalSteps: 500), owner: "o",
      requestKey: nil, controller: library.controller("universal"), limit: 100
    ).run
    func observation(_ step: Int) -> ReportedObservation {
      var observation = Sample.observation(step)
      observation.measures[.gradientCosine] = Reading(0.1)
      observation.measures[.updateNorm] = Reading(step == 20 ? 1e25 : 0.5)
      if step > 30 { observation.measures = [.trainLoss: Reading(1)] }
      return observation
    }
    var answers: [StoredDecision] = []
    for step in stride(from: 0, through: 60, by: 10) {
      answers.append(try await store.answer(observation(step), run: run.id, of: .owner("o"), limit: 100))
      store.close()
      store = try Sample.store(folder)
    }
    // The same run without a restart decides the same.
    let other = try await store.open(
      RunRequest(controller: "universal", initialLearningRate: 0.01, totalSteps: 500), owner: "o",
      requestKey: nil, controller: library.controller("universal"), limit: 100
    ).run
    for (place, step) in stride(from: 0, through: 60, by: 10).enumerated() {
      let decision = try await store.answer(observation(step), run: other.id, of: .owner("o"), limit: 100)
      #expect(decision.answer == answers[place].answer, "step \(step)")
    }
    store.close()
    let report = try DatabaseVerification(path: path, repeating: true)
    #expect(report.isWhole && report.repeated == 14, "\(report.problems)")
  }

  @Test("A database of schema 2 is upgraded: same answers, decisions chained, nothing wrong")
  func upgraded() async throws {
    let store = try Sample.store(folder)
    let runs = [try await open(store), try await open(store)]
    for run in runs { try await decide(store, run, 0...50) }
    store.close()
    let older = try Sample.folder()
    try await DatabaseQueue(path: older + "/runs.sqlite").writeWithoutTransaction { [path] database in
      for statements in Schema.migrations[..<2] { try database.execute(sql: statements) }
      try database.execute(sql: "ATTACH ? AS source", arguments: [path])
      for (table, columns) in [
        ("controllers", "hash, name, checkpoint"),
        (
          "runs",
          "key, id, owner, requestKey, controller, controllerHash, initialLearningRate, totalSteps, interval, "
            + "labels, created, status, rewinds"
        ),
        (
          "decisions",
          "run, step, observation, learningRate, scale, verdict, source, outOfDistribution, state"
        ),
      ] {
        try database.execute(
          sql: "INSERT INTO main.\(table) (\(columns)) SELECT \(columns) FROM source.\(table)")
      }
      try database.execute(
        sql: "PRAGMA main.user_version = 2; PRAGMA main.application_id = \(Schema.applicationID)")
    }
    let again = try Sample.store(older)
    for run in runs {
      try await decide(again, run, 0...100)
      #expect(try await again.decisions(run, after: -1, limit: 100).count == 11)
    }
    again.close()
    let report = try DatabaseVerification(path: older + "/runs.sqlite", repeating: false)
    #expect(report.isWhole && report.decisions == 22, "\(report.problems)")
    // Schema 2 is older than rules 3, whose decisions may differ.
    let repeated = try DatabaseVerification(path: older + "/runs.sqlite", repeating: true)
    #expect(repeated.problems.count == 2 && repeated.problems.allSatisfy { $0.contains("rules 2") })
  }

  @Test("What is no database of this schema cannot be verified, and is named")
  func foreign() throws {
    #expect(throws: FileError.self) { try DatabaseVerification(path: folder + "/none.sqlite") }
    let other = folder + "/other.sqlite"
    try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE t (a)") }
    #expect(throws: FileError.self) { try DatabaseVerification(path: other) }
  }
}
