import MetaLR

/// The columns of a reading that every log of a run has: the rate of the steps before it, and the measures.
enum ReadingColumns {
  private static let measures: [(column: String, measure: Measure)] = [
    ("train_loss", .trainLoss), ("validation_loss", .validationLoss),
    ("prediction_variance", .predictionVariance),
    ("prediction_change_variance", .predictionChangeVariance), ("weight_mean", .weightMean),
    ("weight_variance", .weightVariance),
  ]

  /// What stands above them.
  static let names = ["step", "learning_rate"] + measures.map(\.column)

  /// A reading's values; an absent measure is empty.
  static func values(_ reading: Observation) -> [String] {
    ["\(reading.step)", "\(reading.learningRate)"]
      + measures.map { reading[$0.measure].map { "\($0)" } ?? "" }
  }
}
