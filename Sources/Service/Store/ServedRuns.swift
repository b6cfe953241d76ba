import Files
import Foundation
import GRDB
import MetaLR

/// The runs of a database that a controller may learn from: those that say so, and have ended after a decision or more.
public struct ServedRuns: Sendable, Equatable {
  /// What each tells of its problem, the oldest first.
  public private(set) var runs: [ServedRun] = []
  /// Runs that were looked at.
  public private(set) var looked = 0
  /// Those of them that may be learned from, and are still open or ended before the second observation.
  public private(set) var unfinished = 0

  /// The newest runs that are taken, and that are looked at.
  private static let (most, mostLooked) = (2000, RunWindow.size)
  private static let page = 200

  /// Reads the newest runs, also while a service works on the database.
  ///
  /// - Parameters:
  ///   - path: The file, or the address of a PostgreSQL database.
  ///   - label: Only runs with this label, as key=value; nil for all.
  /// - Throws: `FileError` when the database cannot be read; `ConfigurationError` for a label that is none.
  public init(database path: String, label: String? = nil) throws {
    var filter = RunFilter()
    filter.limit = Self.page
    filter.labels = try label.map { [try Self.label($0)] } ?? []
    if let address = PostgresAddress(path) {
      try read(address, filter)
    } else {
      try read(file: path, filter)
    }
    runs.reverse()
  }

  private static func label(_ text: String) throws(ConfigurationError) -> RunFilter.Label {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, RunRequest.isLabelKey(parts[0]) else {
      throw ConfigurationError(name: "label of runs", value: "'\(text)'", expected: "one as KEY=VALUE")
    }
    return RunFilter.Label(key: parts[0], value: parts[1])
  }

  private mutating func read(file path: String, _ filter: RunFilter) throws(FileError) {
    do {
      try DatabaseQueue.reading(path) { try read(SQLiteTransaction(database: $0), filter) }
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(databasePath: path, error)
    }
  }

  private mutating func read(_ address: PostgresAddress, _ filter: RunFilter) throws(FileError) {
    let connection = PostgresConnection(try LibPQ(for: address), address)
    defer { connection.close() }
    do {
      try connection.begin(.snapshot)
      try PostgresSchema.require(connection, address)
      try read(PostgresTransaction(connection, isWriting: false), filter)
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(storePath: address.text, error)
    }
  }

  private mutating func read(_ transaction: any RunTransaction, _ filter: RunFilter) throws {
    var filter = filter
    while runs.count < Self.most, looked < Self.mostLooked {
      let page = try transaction.runs(filter, of: .everybody)
      for run in page where runs.count < Self.most {
        looked += 1
        guard run.rules.learns else { continue }
        guard run.status != .open, let last = run.last, last.step > 0,
          let first = try transaction.decision(run.key, at: 0)
        else {
          unfinished += 1
          continue
        }
        runs.append(ServedRun(run.request, first: first.observation, last: last.observation))
      }
      guard page.count == Self.page, let oldest = page.last else { return }
      filter.before = oldest.key
    }
  }
}

extension ServedRun {
  /// What a run tells by its request, and by what it reported first and last.
  init(_ request: RunRequest, first: ReportedObservation, last: ReportedObservation) {
    let reported = ([first.measures, last.measures] + first.looks).reduce(into: Set<Measure>()) {
      $0.formUnion($1.keys)
    }
    self.init(
      totalSteps: request.totalSteps, interval: request.interval,
      initialLearningRate: request.initialLearningRate, looks: !first.looks.isEmpty,
      facts: first.measures.filter { $0.key.isFact }.mapValues(\.value),
      absent: Set(Measure.allCases).subtracting(reported))
  }
}
