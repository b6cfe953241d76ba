/// What a run has that a controller was not trained with.
///
/// A controller of one optimizer can ruin a run of another: `fashion`, trained with Adam, ends 60 points below a constant rate
/// under SGD.
public struct UnfamiliarRun: Sendable, Equatable {
  /// Each difference: "optimizer momentum, trained with adam".
  public let differences: [String]

  /// Compares a run with the card of a controller; what either does not say is no difference.
  ///
  /// - Parameters:
  ///   - problem: The run. An optimizer without constants is compared by its name alone.
  ///   - card: That of the controller.
  public init(_ problem: ProblemDescription, under card: ControllerCard) {
    var differences: [String] = []
    func compare(
      _ name: String, _ here: String?, _ trained: [String?], by isSame: (String, String) -> Bool = (==)
    ) {
      let known = Set(trained.compactMap(\.self).filter { !$0.isEmpty }).sorted()
      guard let here = here?.printable, !here.isEmpty, !known.isEmpty else { return }
      guard !known.contains(where: { isSame(here, $0) }) else { return }
      differences.append("\(name) \(here), trained with \(known.map(\.printable).joined(separator: ", "))")
    }
    let list = card.problems.problems
    compare(
      "optimizer", problem.optimizer, list.isEmpty ? [card.drivenOptimizer] : list.map(\.optimizer),
      by: Self.isSameOptimizer)
    compare("network", problem.model, list.map(\.model))
    compare("batch size", Self.text(problem.batchSize), list.map { Self.text($0.batchSize) })
    compare("steps", problem.plan.map { "\($0.stepBudget)" }, list.map { $0.plan.map { "\($0.stepBudget)" } })
    compare("interval", problem.plan.flatMap(Self.interval), list.map { $0.plan.flatMap(Self.interval) })
    self.differences = differences
  }

  /// Clients name an optimizer; constants have other names in every library.
  private static func isSameOptimizer(_ here: String, _ trained: String) -> Bool {
    here == trained || (!here.contains(":") && trained.hasPrefix("\(here):"))
  }

  /// Steps between two decisions; nil where decisions are spread over the run.
  private static func interval(_ plan: RunPlan) -> String? {
    plan.decisionCount == nil ? "\(plan.interval)" : nil
  }

  private static func text(_ count: Int) -> String? { count > 0 ? "\(count)" : nil }
}
