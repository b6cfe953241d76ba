import Crypto
import Files
import Foundation
import GRDB
import MetaLR

/// Whether a database holds what it should: whole pages, chained decisions, checkpoints that are what they were, and
/// all that was acknowledged.
public struct DatabaseVerification: Sendable, Equatable, Encodable {
  /// Runs that were looked at.
  public internal(set) var runs = 0
  /// Decisions that were looked at.
  public private(set) var decisions = 0
  /// Decisions that were made again from what was observed; 0 where that was not asked for.
  public private(set) var repeated = 0
  /// Everything that is wrong, as sentences; empty for a database that is whole.
  public private(set) var problems: [String] = []
  /// Losses that a start of the service found, as sentences.
  public private(set) var losses: [String] = []

  /// Whether nothing is wrong and nothing was ever lost.
  public var isWhole: Bool { problems.isEmpty && losses.isEmpty }

  /// Problems that are listed one by one.
  private static let mostProblems = 50

  /// Verifies a database, also while a service works on it.
  ///
  /// - Parameters:
  ///   - path: The file, or the address of a PostgreSQL database.
  ///   - repeating: Whether to make every decision again, from the observations, the checkpoint and the rules of its
  ///     run, and compare it with the stored one. This holds on the instruction set that decided.
  /// - Throws: `FileError` when the database cannot be read at all.
  public init(path: String, repeating: Bool = false) throws(FileError) {
    if let address = PostgresAddress(path) {
      try verify(address, repeating: repeating)
      return
    }
    // Before the database: its own count may have moved on meanwhile, but never back.
    let lock = DatabasePath.lock(of: DatabasePath.real(path))
    let witness = (try? String(contentsOfFile: lock, encoding: .utf8)) ?? ""
    do {
      try DatabaseQueue.reading(path) { database in
        try checkPages(database)
        try checkLedger(database, witness)
        try checkCheckpoints(database)
        try checkChains(database)
        if repeating {
          let ids = try String.fetchAll(database, sql: "SELECT id FROM runs WHERE deleted = 0 ORDER BY key")
          try repeatDecisions(of: ids, SQLiteTransaction(database: database))
        }
      }
    } catch let error as FileError {
      throw error
    } catch {
      if (error as? DatabaseError)?.resultCode == .SQLITE_CORRUPT {
        add("A page that is needed is damaged: \((error as? DatabaseError)?.message ?? "").")
      } else {
        throw FileError(databasePath: path, error)
      }
    }
  }

  mutating func add(_ problem: String) {
    if problems.count < Self.mostProblems { problems.append(problem) }
    if problems.count == Self.mostProblems { problems.append("More problems are not listed.") }
  }

  private mutating func checkPages(_ database: Database) throws {
    for answer in try String.fetchAll(database, sql: "PRAGMA integrity_check(20)") where answer != "ok" {
      add("SQLite: \(answer.replacing("\n", with: " ").prefix(200)).")
    }
    let strays = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
    if !strays.isEmpty {
      add("\(strays.count) rows belong to a run, controller or rules that are not there.")
    }
  }

  private mutating func checkLedger(_ database: Database, _ witness: String) throws {
    let (id, changes) = try Ledger.read(database)
    if let loss = Ledger.loss(id: id, changes: changes, witness: witness) { add(loss.description) }
    losses = try Row.fetchAll(database, sql: "SELECT time, missing FROM losses").map { row in
      let (time, missing): (String, Int64) = (row["time"], row["missing"])
      return "At the start of \(time), \(missing) acknowledged changes were missing."
    }
  }

  private mutating func checkCheckpoints(_ database: Database) throws {
    let rows = try Row.fetchCursor(database, sql: "SELECT hash, name, checkpoint FROM controllers")
    while let row = try rows.next() { check(row["checkpoint"], of: row["name"], hash: row["hash"]) }
  }

  /// Compares the copy of a checkpoint with the file that runs began with.
  mutating func check(_ checkpoint: Data, of name: String, hash: String) {
    let found = SHA256.hash(data: checkpoint).map { String(format: "%02x", $0) }.joined()
    if found != hash {
      add("The copy of controller '\(name)' is not the file that runs began with (\(hash)).")
    }
  }

  private mutating func checkChains(_ database: Database) throws {
    runs = try Int.fetchOne(database, sql: "SELECT count(*) FROM runs WHERE deleted = 0") ?? 0
    var latest: Link?
    try DecisionChain.forEachRow(database) { run, id, row, link in
      check(row, run: id, Link(run: run, bytes: link), after: &latest)
    }
  }

  /// The end of a run's chain so far.
  struct Link {
    let run: Int64
    let bytes: [UInt8]?
  }

  /// Compares a decision with its link; rows come by run and step.
  mutating func check(_ row: DecisionChain.Columns, run id: String, _ link: Link, after latest: inout Link?) {
    decisions += 1
    let isFirst = latest?.run != link.run
    if isFirst, row.step != 0 { add("Run \(id): its first decision is of step \(row.step).") }
    if link.bytes != DecisionChain.link(row, after: isFirst ? nil : latest?.bytes, run: id) {
      add("Run \(id), step \(row.step): the decision is not what was stored, or one before it is missing.")
    }
    latest = link
  }

  /// Makes the decisions of runs again.
  mutating func repeatDecisions(of ids: [String], _ transaction: any RunTransaction) throws {
    var staged = StagedRuns()
    for id in ids {
      guard var run = try transaction.run(id) else { continue }
      guard run.decisionVersion == RunRules.decisionVersion else {
        add(
          "Run \(id) was decided by rules \(run.decisionVersion); this build has \(RunRules.decisionVersion)."
        )
        continue
      }
      guard let controller = try? staged.controller(of: run, transaction) else {
        add("Run \(id): its controller cannot be read, so that its decisions cannot be made again.")
        continue
      }
      run.last = nil
      run.status = .open
      while true {
        let page = try transaction.decisions(run.key, after: run.last?.step ?? -1, limit: 1000)
        guard !page.isEmpty else { break }
        for stored in page {
          guard
            let again = try? run.answer(stored.observation, earlier: nil, controller: controller, now: 0)
              .decision,
            again.answer == stored.answer, again.state.stored == stored.state.stored
          else {
            add("Run \(id), step \(stored.step): the same observation gets another answer.")
            break
          }
          repeated += 1
        }
        if run.last?.step != page.last?.step { break }
      }
    }
  }
}
