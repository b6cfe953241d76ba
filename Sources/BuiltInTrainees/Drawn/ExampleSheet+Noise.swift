extension ExampleSheet {
  /// Replaces a share of the labels by random ones, which may be the same.
  func replaceLabels(share: Float, using random: inout DrawnRandom) {
    guard share > 0 else { return }
    for index in 0..<count where random.chance(share) {
      labels[index] = Int32(random.index(below: classes))
    }
  }

  /// Gives the targets mean 0 and variance 1, then adds noise of this standard deviation.
  func standardizeTargets(noise: Float, using random: inout DrawnRandom) {
    var (sum, squares) = (0.0, 0.0)
    for index in 0..<count {
      sum += Double(targets[index])
      squares += Double(targets[index]) * Double(targets[index])
    }
    let mean = sum / Double(count)
    let deviation = (max(0, squares / Double(count) - mean * mean) + 1e-12).squareRoot()
    for index in 0..<count {
      targets[index] = (targets[index] - Float(mean)) / Float(deviation) + noise * random.normal()
    }
  }

  /// The mean square of the first `count` targets.
  func meanSquareTarget(count: Int) -> Double {
    var sum = 0.0
    for index in 0..<count { sum += Double(targets[index]) * Double(targets[index]) }
    return sum / Double(count)
  }
}
