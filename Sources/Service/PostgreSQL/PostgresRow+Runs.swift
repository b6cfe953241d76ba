import Foundation
import MetaLR
import NIOConcurrencyHelpers

extension PostgresRows {
  static let decisionColumns = """
    step, observation, learning_rate, scale, verdict, source, out_of_distribution, state, time, link
    """

  /// Runs, each with its latest decision.
  static let selectRuns = """
    SELECT runs.key, runs.id, runs.owner, runs.controller, runs.controller_hash, runs.initial_learning_rate, \
    runs.total_steps, runs.step_interval, runs.labels, runs.created, runs.status, runs.rewinds, runs.touched, \
    runs.decision_version, rules.rules, last.* \
    FROM runs JOIN rules ON rules.key = runs.rules \
    LEFT JOIN LATERAL (SELECT \(decisionColumns) FROM decisions WHERE run = runs.key ORDER BY step DESC LIMIT 1) \
    AS last ON true
    """
}

extension PostgresRow {
  private static let columnsOfRun = 15
  /// The rules that were read before: all runs of a service have one or a few.
  private static let knownRules = NIOLockedValueBox<[String: RunRules]>([:])

  /// A row of ``PostgresRows/selectRuns``.
  func run() throws -> Run {
    guard let status = RunStatus(rawValue: try text(10)), let rules = try Self.rules(text(14)),
      let labels = try? JSONDecoder().decode([String: String].self, from: Data(try text(8).utf8))
    else { throw PostgresError.corrupt("unreadable run \(try integer(0))") }
    return Run(
      key: try integer(0), id: try text(1), owner: try text(2),
      request: RunRequest(
        controller: try text(3), initialLearningRate: try real(5), totalSteps: Int(try integer(6)),
        interval: Int(try integer(7)), labels: labels),
      controllerHash: try text(4), created: try text(9), rules: rules,
      decisionVersion: Int(try integer(13)),
      status: status, rewinds: Int(try integer(11)), touched: try integer(12),
      last: isNull(Self.columnsOfRun) ? nil : try decision(from: Self.columnsOfRun))
  }

  private static func rules(_ text: String) -> RunRules? {
    knownRules.withLockedValue { known in
      if let rules = known[text] { return rules }
      let rules = RunRules(stored: text)
      if known.count < 1000 { known[text] = rules }
      return rules
    }
  }

  /// A decision whose columns begin at `column`.
  func decision(from column: Int) throws -> StoredDecision {
    guard
      let observation = ReportedObservation(
        step: Int(try integer(column)), stored: try bytes(column + 1)),
      let verdict = Verdict(rawValue: try text(column + 4)),
      let state = GuardedController.State(stored: try bytes(column + 7))
    else { throw PostgresError.corrupt("unreadable decision") }
    return StoredDecision(
      observation: observation,
      answer: GuardedDecision(
        learningRate: try real(column + 2), scale: try real(column + 3), verdict: verdict,
        source: try text(column + 5),
        outOfDistribution: isNull(column + 6) ? nil : try real(column + 6)),
      state: state, time: try integer(column + 8), link: try bytes(column + 9))
  }
}
