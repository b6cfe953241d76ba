import BuiltInTrainees

/// Drawn problems of one size, for tests.
enum DrawnExample {
  static func problem(
    _ family: DrawnFamily, seed: UInt64 = 1, classes: Int? = nil, trainCount: Int = 400,
    labelNoise: Double = 0,
    conditioning: Double = 1, imbalance: Double = 0, convolutions: Int = 0
  ) -> DrawnProblem {
    DrawnProblem(
      seed: seed, family: family, inputs: 25, classes: family.isRegression ? 0 : classes ?? 4,
      trainCount: trainCount, labelNoise: labelNoise, conditioning: conditioning, imbalance: imbalance,
      network: DrawnNetwork(layers: 2, width: 32, convolutions: convolutions), batchSize: 16, stepBudget: 100)
  }
}

extension DrawnData {
  var count: Int { labels.count }

  func inputs(_ index: Int) -> [Double] { (0..<problem.inputs).map { Double(row(index)[$0]) } }

  /// The standard deviation of each input.
  var deviations: [Double] {
    let rows = (0..<count).map(inputs)
    return (0..<problem.inputs).map { place in
      let column = rows.map { $0[place] }
      let mean = column.reduce(0, +) / Double(count)
      return (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)).squareRoot()
    }
  }
}
