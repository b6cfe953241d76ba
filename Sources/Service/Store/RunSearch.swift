import Foundation
import GRDB

/// What a list of runs is ordered by.
enum RunSort: String, CaseIterable, Sendable {
  case created, lastSeen, controller, progress, learningRate, validationLoss, outOfDistribution

  /// Whether it looks at the last decision of each run.
  var needsDecisions: Bool { self != .created && self != .controller }

  /// The value of a row of `runs` with its last decision `d`; nil for the order of the rows themselves.
  fileprivate var expression: String? {
    switch self {
    case .created: nil
    case .lastSeen: "CASE WHEN coalesce(d.time, 0) > touched THEN d.time ELSE touched END"
    case .controller: "runs.controller"
    case .progress: "coalesce(d.step, 0) * 1.0 / totalSteps"
    case .learningRate: "coalesce(d.learningRate, initialLearningRate)"
    case .validationLoss: "d.observation"
    case .outOfDistribution: "d.outOfDistribution"
    }
  }
}

enum RunOrder: String, CaseIterable, Sendable {
  case asc, desc
}

/// A part of the runs that match a filter, in an order.
struct RunSearch: Sendable, Equatable {
  var filter = RunFilter()
  var sort = RunSort.created
  var order = RunOrder.desc
  /// Runs to leave out at the beginning.
  var offset = 0

  /// The newest runs that it looks at.
  var window: Int { sort.needsDecisions ? RunWindow.sizeWithDecisions : RunWindow.size }
}

/// What a search found.
struct FoundRuns: Sendable {
  let runs: [Run]
  /// All that match.
  let total: Int
  /// Whether there are runs that are older than those it looked at.
  let isPartial: Bool
}

extension RunSearch {
  /// Orders runs by the validation loss of their last observation; one that is not finite comes last.
  ///
  /// Losses are within the bytes of observations, which SQL does not read.
  func keysByLoss(_ last: [(key: Int64, observation: Data?)]) -> [Int64] {
    last.map { key, stored in
      let loss = stored.flatMap { ReportedObservation(step: 0, stored: $0)?.validationLoss?.value } ?? .nan
      return (key: key, loss: !loss.isFinite ? Double.infinity : order == .asc ? loss : -loss)
    }
    .sorted { ($0.loss, $1.key) < ($1.loss, $0.key) }.map(\.key)
  }
}

extension RunQueries {
  /// Does a search.
  static func search(_ search: RunSearch, in window: RunWindow, _ database: Database) throws -> FoundRuns {
    let (conditions, arguments) = search.filter.conditions(in: window)
    // All keys, so that one look tells how many there are too.
    let keys =
      search.sort == .validationLoss
      ? try search.keysByLoss(
        Row.fetchAll(database, sql: statement(search, conditions), arguments: arguments)
          .map { ($0["key"], $0["value"]) })
      : try Int64.fetchAll(database, sql: statement(search, conditions), arguments: arguments)
    let runs = try keys.dropFirst(search.offset).prefix(search.filter.limit)
      .compactMap { try run(at: $0, database) }
    return FoundRuns(runs: runs, total: keys.count, isPartial: window.isPartial)
  }

  private static func statement(_ search: RunSearch, _ conditions: String) -> String {
    let order = search.order.rawValue
    guard let value = search.sort.expression else {
      return "SELECT key FROM runs WHERE \(conditions) ORDER BY key \(order)"
    }
    let decisions =
      search.sort.needsDecisions
      ? """
      LEFT JOIN decisions AS d ON d.run = runs.key \
      AND d.step = (SELECT max(step) FROM decisions WHERE run = runs.key)
      """ : ""
    return """
      SELECT runs.key, \(value) AS value FROM runs \(decisions) WHERE \(conditions) \
      ORDER BY value \(order) NULLS LAST, runs.key DESC
      """
  }
}
