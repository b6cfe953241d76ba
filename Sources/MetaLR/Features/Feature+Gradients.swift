import Foundation

extension Feature {
  /// Gradients and updates, all without a scale of their own.
  static let gradientFeatures = [
    Feature("gradient cosine", .gradients) { $0.latest?[.gradientCosine] },
    Feature("gradient cosine average", .gradients) { $0.isLook ? nil : $0.averages[.gradientCosine] },
    Feature("update cosine", .gradients) { $0.latest?[.updateCosine] },
    Feature("update cosine average", .gradients) { $0.isLook ? nil : $0.averages[.updateCosine] },
    Feature("half-batch cosine", .gradients) { $0.latest?[.halfBatchCosine] },
    Feature("half-batch cosine average", .gradients) {
      $0.isLook ? $0.latest?[.halfBatchCosine] : $0.averages[.halfBatchCosine]
    },
    Feature("update norm over weight norm", .gradients) { history in
      difference(history.latest?[.updateNorm].map(safeLog), history.latest?[.weightNorm].map(safeLog))
    },
    Feature("gradient norm change", .gradients) { history in
      history.isLook ? nil : history.gradientLogs.map { $0.latest - $0.previous }
    },
    Feature("gradient norm over first", .gradients) { history in
      history.isLook ? nil : history.gradientLogs.map { $0.latest - $0.first }
    },
    Feature("predicted decrease over train loss", .gradients) { history in
      guard let latest = history.latest, let decrease = latest[.predictedDecrease] else { return nil }
      let loss = latest[.lossBeforeTrial] ?? latest.trainLoss
      return safeLog(max(decrease, 1e-9 * loss) / (loss + 1e-4 * history.lossScale))
    },
    Feature("actual over predicted decrease", .gradients, actualOverPredicted),
    Feature("distance from start over start", .gradients) { history in
      guard let start = history.first?[.weightNorm] else { return nil }
      let distance = history.isLook ? history.latest?[.updateNorm] : history.latest?[.initialDistance]
      return difference(distance.map(safeLog), safeLog(start))
    },
    Feature("straightness of interval", .gradients) { history in
      guard !history.isLook, let distance = history.latest?[.intervalDistance],
        let norm = history.latest?[.updateNorm]
      else { return nil }
      return safeLog(distance * distance) - safeLog(norm * norm * Double(max(history.intervalSteps, 1)))
    },
    Feature("straightness of run", .gradients) { history in
      guard !history.isLook, let distance = history.latest?[.initialDistance],
        history.latest?[.updateNorm] != nil
      else { return nil }
      return safeLog(distance * distance) - safeLog(history.sumOfSquaredUpdates)
    },
  ]

  /// What the loss lost, over what the gradient promised: 1 for a step so small that the loss is a plane, 1/2 at the bottom of
  /// a parabola, negative where the step goes too far; within ±3.
  private static func actualOverPredicted(_ history: RunHistory) -> Double? {
    guard let latest = history.latest, let decrease = latest[.predictedDecrease] else { return nil }
    let actual: Double
    let predicted: Double
    if history.isLook {
      guard let before = latest[.lossBeforeTrial] else { return nil }
      (actual, predicted) = (before - latest.trainLoss, decrease)
    } else {
      guard let change = history.change(of: history.trainLogs, over: 1) else { return nil }
      let loss = latest.trainLoss
      (actual, predicted) = (loss * (exp(-change) - 1), decrease * Double(max(history.intervalSteps, 1)))
    }
    let loss = latest[.lossBeforeTrial] ?? latest.trainLoss
    return min(max(actual / (abs(predicted) + 1e-3 * abs(loss) + 1e-12), -3), 3)
  }
}
