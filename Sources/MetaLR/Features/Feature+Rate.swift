import Foundation

extension Feature {
  /// The rate, the budget, and sizes.
  static let rateFeatures = [
    Feature("rate over initial", .rate) { history in
      difference(
        history.latest.map { safeLog($0.learningRate) }, history.first.map { safeLog($0.learningRate) })
    },
    Feature("rate over usual", .rate) { history in
      difference(
        history.latest.map { safeLog($0.learningRate) }, history.latest?[.usualLearningRate].map(safeLog))
    },
    Feature("last action", .rate) { $0.lastAction },
    Feature("is adaptive", .rate) { $0.latest?[.isAdaptive] },
    Feature("momentum", .rate) { $0.latest?[.momentum] },
    Feature("averages weights", .rate) { $0.latest?[.averagesWeights] },
    Feature("log usual rate", .rate) { $0.latest?[.usualLearningRate].map(safeLog) },
    Feature("log remaining", .budget) { $0.latest.map { safeLog(max(1 - $0.progress, 0) + 0.02) } },
    Feature("log budget", .budget) { $0.latest.map { safeLog(Double($0.stepBudget)) } },
    Feature("log epochs", .budget) { history in
      guard let latest = history.latest, let batch = latest[.batchSize], let examples = latest[.exampleCount]
      else { return nil }
      return safeLog(Double(latest.stepBudget) * batch) - safeLog(examples)
    },
    Feature("log batch", .sizes) { $0.latest?[.batchSize].map(safeLog) },
    Feature("log parameters", .sizes) { $0.latest?[.parameterCount].map(safeLog) },
    Feature("log classes", .sizes) { $0.latest?[.classCount].map { $0 > 0 ? log($0) : 0 } },
    Feature("is regression", .sizes) { $0.latest?[.classCount].map { $0 > 0 ? 0 : 1 } },
  ]

  /// Which inputs a run has: 1 where they are there, else 0.
  static let presenceFeatures = [
    presence("has validation", .validation) { $0.latest?[.validationLoss] ?? $0.first?[.validationLoss] },
    presence("has predictions", .predictions) {
      $0.latest?[.predictionVariance] ?? $0.first?[.predictionVariance]
    },
    presence("has gradients", .gradients) { $0.latest?[.updateNorm] },
    presence("has budget", .budget) { $0.latest?.progress },
    presence("has sizes", .sizes) { $0.latest?[.parameterCount] },
    Feature("is look", .training) { $0.isLook ? 1 : 0 },
  ]

  private static func presence(
    _ name: String, _ group: FeatureGroup, _ value: @escaping @Sendable (RunHistory) -> Double?
  ) -> Feature {
    Feature(name, .training) { $0.hidden.contains(group) || value($0) == nil ? 0 : 1 }
  }
}
