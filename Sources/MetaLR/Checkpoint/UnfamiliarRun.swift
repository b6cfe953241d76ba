import MetaLR

/// What a run has that a controller was not trained with.
struct UnfamiliarRun {
  /// Each difference: "optimizer momentum, trained with adam".
  let differences: [String]

  /// Compares a run with the card of a controller; what either does not say is no difference.
  init(_ problem: ProblemDescription, under card: ControllerCard) {
    var differences: [String] = []
    func compare(_ name: String, _ here: String?, _ trained: [String?]) {
      let known = Set(trained.compactMap(\.self).filter { !$0.isEmpty }).sorted()
      guard let here, !here.isEmpty, !known.isEmpty, !known.contains(here) else { return }
      differences.append("\(name) \(here), trained with \(known.joined(separator: ", "))")
    }
    let list = card.problems.problems
    compare(
      "optimizer", problem.optimizer, list.isEmpty ? [card.drivenOptimizer] : list.map(\.optimizer))
    compare("network", problem.model, list.map(\.model))
    compare("batch size", Self.text(problem.batchSize), list.map { Self.text($0.batchSize) })
    compare("steps", problem.plan.map { "\($0.stepBudget)" }, list.map { $0.plan.map { "\($0.stepBudget)" } })
    compare("interval", problem.plan.flatMap(Self.interval), list.map { $0.plan.flatMap(Self.interval) })
    self.differences = differences
  }

  /// A line for standard error; nil where nothing differs.
  func warning(_ card: ControllerCard) -> String? {
    guard !differences.isEmpty else { return nil }
    let remedy =
      card.drivenOptimizer.map { "Give --optimizer \($0), or use the controller 'universal'." }
      ?? "Its rates may not suit this run: the controller 'universal' is for any training."
    return "metalr: warning: The controller was not trained for this run: "
      + "\(differences.joined(separator: "; ")). \(remedy)\n"
  }

  /// Steps between two decisions; nil where decisions are spread over the run.
  private static func interval(_ plan: RunPlan) -> String? {
    plan.decisionCount == nil ? "\(plan.interval)" : nil
  }

  private static func text(_ count: Int) -> String? { count > 0 ? "\(count)" : nil }
}
