import Foundation
import GRDB

/// Where a controller was used, and how it did.
struct ControllerUsage: Sendable {
  /// Runs of one checkpoint that had the name.
  struct Version: Sendable {
    let hash: String
    var counts: [RunStatus: Int] = [:]
    var newest: Int64 = 0
  }

  /// The newest runs together.
  struct Outcome: Sendable {
    var runs = 0
    /// The latest decisions of these runs, and which of them were what.
    var decisions = 0
    var rollbacks = 0
    var fallbacks = 0
    /// Mean distance from what it was trained on; nil where no decision has one.
    var distance: Double?
    /// Last over first loss of each run with two decisions or more, lowest first.
    var lossRatios: [Double] = []

    var medianLossRatio: Double? {
      guard !lossRatios.isEmpty else { return nil }
      let middle = lossRatios.count / 2
      return lossRatios.count.isMultiple(of: 2)
        ? (lossRatios[middle - 1] + lossRatios[middle]) / 2 : lossRatios[middle]
    }
  }

  /// The one that was used last first.
  let versions: [Version]
  let outcome: Outcome
  /// Whether there are runs that are older than those it looked at.
  let isPartial: Bool

  /// Runs whose decisions are looked at, and decisions of each.
  static let outcomeRuns = 100
  static let outcomeDecisions = 1000

  /// Adds up parts by their value, the checkpoint's hash.
  init(_ parts: [RunGroup.Part], outcome: Outcome, isPartial: Bool) {
    var versions: [String: Version] = [:]
    for part in parts {
      guard let hash = part.value, let status = RunStatus(rawValue: part.status) else { continue }
      var version = versions[hash] ?? Version(hash: hash)
      version.counts[status] = part.count
      version.newest = max(version.newest, part.newest)
      versions[hash] = version
    }
    self.versions = versions.values.sorted { $0.newest > $1.newest }
    self.outcome = outcome
    self.isPartial = isPartial
  }
}

extension ControllerUsage.Outcome {
  /// Adds a run's last loss over its first, by validation where there is one; nothing for a run with a single decision, or
  /// whose losses are not positive numbers.
  mutating func add(first: ReportedObservation?, last: ReportedObservation?) {
    guard let first, let last, first.step < last.step else { return }
    let losses = [first, last].map { ($0.validationLoss ?? $0.trainLoss).value }
    let ratio = losses[1] / losses[0]
    if losses.allSatisfy({ $0 > 0 }) && ratio.isFinite { lossRatios.append(ratio) }
  }
}

extension RunQueries {
  /// Looks at the runs of a controller.
  static func usage(
    of controller: String, in window: RunWindow, _ database: Database
  ) throws -> ControllerUsage {
    let (conditions, arguments) = RunFilter(controller: controller).conditions(in: window)
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT controllerHash AS value, status, count(*) AS count, max(key) AS newest FROM runs WHERE \(conditions) \
        GROUP BY 1, 2
        """, arguments: arguments)
    let keys = try Int64.fetchAll(
      database, sql: "SELECT key FROM runs WHERE \(conditions) ORDER BY key DESC LIMIT ?",
      arguments: arguments + [ControllerUsage.outcomeRuns])
    return ControllerUsage(
      rows.map(part), outcome: try outcome(of: keys, database), isPartial: window.isPartial)
  }

  private static func outcome(of runs: [Int64], _ database: Database) throws -> ControllerUsage.Outcome {
    var outcome = ControllerUsage.Outcome()
    outcome.runs = runs.count
    var distances = (sum: 0.0, count: 0)
    for run in runs {
      let row = try Row.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT count(*) AS decisions, count(*) FILTER (WHERE verdict = 'rollback') AS rollbacks, \
            count(*) FILTER (WHERE source LIKE 'fallback:%') AS fallbacks, count(outOfDistribution) AS measured, \
            coalesce(sum(outOfDistribution), 0.0) AS distance FROM \
            (SELECT verdict, source, outOfDistribution FROM decisions WHERE run = ? ORDER BY step DESC LIMIT ?)
            """), arguments: [run, ControllerUsage.outcomeDecisions])
      guard let row else { continue }
      outcome.decisions += row["decisions"]
      outcome.rollbacks += row["rollbacks"]
      outcome.fallbacks += row["fallbacks"]
      distances.count += row["measured"]
      distances.sum += row["distance"]
      outcome.add(first: try edge("", of: run, database), last: try edge("DESC", of: run, database))
    }
    outcome.distance = distances.count > 0 ? distances.sum / Double(distances.count) : nil
    outcome.lossRatios.sort()
    return outcome
  }

  /// The first observation of a run in an order of its steps.
  private static func edge(_ order: String, of run: Int64, _ database: Database) throws
    -> ReportedObservation?
  {
    try Row.fetchOne(
      database.cachedStatement(
        sql: "SELECT step, observation FROM decisions WHERE run = ? ORDER BY step \(order) LIMIT 1"),
      arguments: [run]
    ).flatMap { row in
      let stored: Data = row["observation"]
      return ReportedObservation(step: row["step"], stored: stored)
    }
  }
}
