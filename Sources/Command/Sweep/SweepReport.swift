import Experiments
import Files
import MetaLR
import Reports

/// A sweep as people and programs read it.
struct SweepReport {
  let rows: [SweepRow]
  let target: SweepTarget
  let plan: RunPlan

  init(_ rows: [SweepRow], target: SweepTarget, plan: RunPlan) {
    self.rows = rows
    self.target = target
    self.plan = plan
  }

  /// "training accuracy 0.8".
  var targetText: String {
    switch target {
    case .accuracy(let value): "training accuracy \(value)"
    case .trainLoss(let value): "training loss \(value)"
    }
  }

  /// "LeNet-5 on fashion, batch 200: steps to training accuracy 0.8, at most 300, looked for every 10".
  var heading: String {
    let trainee = rows[0].trainee
    let place = trainee.dataset.isEmpty ? "" : " on \(trainee.dataset), batch \(trainee.batchSize)"
    return "\(models.joined(separator: ", "))\(place): steps to \(targetText), "
      + "at most \(plan.stepBudget), looked for every \(plan.interval)"
  }

  /// The networks, in order.
  var models: [String] { rows.map(\.model).uniqued }

  var text: String {
    "\(heading)\n\n\(table(withSeconds: true).text)\(legend)"
      + "Seconds: wall time of the best rate's run, its measurements of accuracy apart, as busy as the machine was.\n"
  }

  /// Without seconds, so that the same sweep writes the same bytes.
  var markdown: String { "\(heading)\n\n\(table(withSeconds: false).markdown)\n\(legend)" }

  private var legend: String {
    let seeds = rows[0].results[0].runs.count
    return seeds > 1 ? "A rate counts as the median of its \(seeds) seeds.\n" : ""
  }

  private func table(withSeconds: Bool) -> TextTable {
    var table = TextTable(
      columns: [.init("optimizer", .left), .init("best rate"), .init("steps")]
        + (withSeconds ? [.init("seconds")] : [])
        + [.init("rates that reach it"), .init("reached"), .init("not reached"), .init("diverged")])
    for (index, row) in rows.enumerated() {
      if index > 0, rows[index - 1].model != row.model { table.addGap() }
      let summary = row.summary
      table.addRow(
        [
          row.optimizer + (models.count > 1 ? ", \(row.model)" : ""),
          summary.bestLearningRate.map { "\($0)" } ?? "none",
          summary.stepsToTarget.map { "\($0)" } ?? "",
        ] + (withSeconds ? [summary.seconds?.fixed(2) ?? ""] : []) + [
          summary.reachingRange.map { "\($0[0]) to \($0[1])" } ?? "", "\(summary.reached)",
          "\(summary.notReached)", "\(summary.diverged)",
        ])
    }
    return table
  }

  /// The report for programs.
  struct JSON: Encodable {
    let target: SweepTarget
    let plan: RunPlan
    let rows: [SweepRow.Summary]
  }

  var json: JSON { JSON(target: target, plan: plan, rows: rows.map(\.summary)) }
}

extension Array where Element: Hashable {
  /// Without what came before.
  var uniqued: [Element] {
    var seen = Set<Element>()
    return filter { seen.insert($0).inserted }
  }
}
