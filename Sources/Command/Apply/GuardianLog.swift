import Experiments
import MetaLR

/// What the guardian said of every reading of the controller's runs.
struct GuardianLog {
  /// One list for each of the controller's runs, in the order of the results.
  let decisions: [[GuardedDecision]]

  /// What tables call the controller.
  static let method = "controller"

  /// Collects the decisions of the runs of `results` that the controller drove.
  init(_ results: [MethodRuns]) {
    decisions = results.filter { $0.method == Self.method }.flatMap(\.runs).map { $0.decisions ?? [] }
  }

  var summary: Summary { Summary(decisions) }

  /// What the guardian did, counted.
  struct Summary: Encodable {
    let runs: Int
    let readings: Int
    let rollbacks: Int
    /// Runs with a rollback or a stop.
    let runsWithFailures: Int
    let stoppedRuns: Int
    let fallbackDecisions: Int
    /// Distance from the controller's training, over all finite readings; nil where there is none.
    let medianOutOfDistribution: Double?
    let largestOutOfDistribution: Double?

    fileprivate init(_ runs: [[GuardedDecision]]) {
      let all = runs.flatMap { $0 }
      let distances = all.compactMap(\.outOfDistribution).sorted()
      self.runs = runs.count
      readings = all.count
      rollbacks = all.count { $0.verdict == .rollback }
      runsWithFailures = runs.count { $0.contains { [.rollback, .stop].contains($0.verdict) } }
      stoppedRuns = runs.count { $0.last?.verdict == .stop }
      fallbackDecisions = all.count { $0.source.hasPrefix("fallback") }
      medianOutOfDistribution = distances.isEmpty ? nil : distances[distances.count / 2]
      largestOutOfDistribution = distances.last
    }

    /// Two lines for a terminal.
    var text: String {
      let distance = [medianOutOfDistribution, largestOutOfDistribution].map { $0?.fixed(2) ?? "-" }
      return
        "Guardian: \(rollbacks) rollbacks in \(readings) readings, failures in \(runsWithFailures) of \(runs) runs, "
        + "\(stoppedRuns) stopped, \(fallbackDecisions) decisions by the fallback.\n"
        + "Distance from the controller's training: median \(distance[0]), largest \(distance[1])."
    }
  }
}
