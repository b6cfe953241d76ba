import Foundation

extension Feature {
  /// Losses, relative to the first, to chance, to the best so far; predictions and last layer, relative to the first.
  ///
  /// Logarithms of losses are ln(loss + 0.0001 chance). Before the first step, a look stands for the training loss.
  static let lossFeatures = [
    Feature("train loss over first", .training) { history in
      history.isLook
        ? lookChange(history)
        : difference(
          history.trainLogs.last, history.first.map { history.logarithm($0.trainLoss) })
    },
    Feature("train loss change 1", .training) { trainChange($0, 1) },
    Feature("train loss change 4", .training) { trainChange($0, 4) },
    Feature("train loss change 16", .training) { trainChange($0, 16) },
    Feature("train loss change average", .training) { $0.isLook ? nil : $0.averages[.trainChange] },
    Feature("train loss deviation", .training) { history in
      guard let latest = history.latest, let deviation = latest[.trainLossDeviation] else { return nil }
      return safeLog(deviation / (latest.trainLoss + 1e-4 * history.lossScale) + 1e-3)
    },
    Feature("train loss over chance", .training) { history in
      history.latest.map { history.logarithm($0.trainLoss) - safeLog(history.lossScale) }
    },
    Feature("validation loss over first", .validation) {
      $0.isLook ? nil : difference($0.validationLogs.last, $0.first?[.validationLoss].map($0.logarithm))
    },
    Feature("validation loss over chance", .validation) {
      difference($0.validationLogs.last, safeLog($0.lossScale))
    },
    Feature("validation loss change 1", .validation) { validationChange($0, 1) },
    Feature("validation loss change 4", .validation) { validationChange($0, 4) },
    Feature("validation loss change 16", .validation) { validationChange($0, 16) },
    Feature("validation loss change average", .validation) {
      $0.isLook ? nil : $0.averages[.validationChange]
    },
    Feature("validation loss over train loss", .validation) { history in
      difference(history.validationLogs.last, history.latest.map { history.logarithm($0.trainLoss) })
    },
    Feature("validation loss over best", .validation) {
      difference($0.validationLogs.last, $0.lowestValidationLoss.map($0.logarithm))
    },
    Feature("prediction variance over first", .predictions) { history in
      ratio(history, .predictionVariance)
    },
    Feature("weight mean over first deviation", .predictions) { history in
      guard let mean = history.latest?[.weightMean], let variance = history.first?[.weightVariance] else {
        return nil
      }
      return mean / max(variance, 1e-12).squareRoot()
    },
    Feature("weight variance over first", .predictions) { history in ratio(history, .weightVariance) },
  ]

  static func difference(_ value: Double?, _ base: Double?) -> Double? {
    guard let value, let base else { return nil }
    return value - base
  }

  /// ln of a measure over its first value.
  private static func ratio(_ history: RunHistory, _ measure: Measure) -> Double? {
    difference(history.latest?[measure].map(safeLog), history.first?[measure].map(safeLog))
  }

  private static func trainChange(_ history: RunHistory, _ count: Int) -> Double? {
    history.isLook ? lookChange(history) : history.change(of: history.trainLogs, over: count)
  }

  private static func validationChange(_ history: RunHistory, _ count: Int) -> Double? {
    history.isLook ? nil : history.change(of: history.validationLogs, over: count)
  }

  /// What the trial step of a look did to the loss of its batch.
  private static func lookChange(_ history: RunHistory) -> Double? {
    guard let look = history.latest, let before = look[.lossBeforeTrial] else { return nil }
    return history.logarithm(look.trainLoss) - history.logarithm(before)
  }
}
