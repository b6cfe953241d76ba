extension Feature {
  /// The paper's seven features, and the progress (Xu and others, 2019, section 3.1).
  ///
  /// Losses, variances and the rate span orders of magnitude, so their natural logarithms are taken, of at least 1e-12; the
  /// weights' mean may be negative and is taken as it is.
  static let paperFeatures = [
    Feature("log train loss", .training) { $0.latest.map { safeLog($0.trainLoss) } },
    Feature("log validation loss", .validation) { $0.latest?[.validationLoss].map(safeLog) },
    Feature("log prediction variance", .predictions) { $0.latest?[.predictionVariance].map(safeLog) },
    Feature("log prediction change variance", .predictions) {
      $0.latest?[.predictionChangeVariance].map(safeLog)
    },
    Feature("weight mean", .predictions) { $0.latest?[.weightMean] },
    Feature("log weight variance", .predictions) { $0.latest?[.weightVariance].map(safeLog) },
    Feature("log learning rate", .rate) { $0.latest.map { safeLog($0.learningRate) } },
    Feature("progress", .budget) { $0.latest?.progress },
  ]
}
