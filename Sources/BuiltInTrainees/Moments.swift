/// Mean and variance, summed in double in the order of the numbers.
enum Moments {
  /// Mean, and mean squared distance from it.
  ///
  /// - Precondition: There is at least one number.
  static func meanAndVariance(of numbers: UnsafeBufferPointer<Float>) -> (mean: Double, variance: Double) {
    precondition(!numbers.isEmpty, "the mean of no numbers was asked for")
    let count = Double(numbers.count)
    var sum = 0.0
    for number in numbers { sum += Double(number) }
    let mean = sum / count
    var squares = 0.0
    for number in numbers {
      let distance = Double(number) - mean
      squares += distance * distance
    }
    return (mean, squares / count)
  }

  /// Variance of the differences, number by number.
  ///
  /// - Precondition: There are as many numbers before as after, at least one.
  static func changeVariance(
    from before: UnsafeBufferPointer<Float>, to after: UnsafeBufferPointer<Float>
  ) -> Double {
    precondition(
      before.count == after.count && !after.isEmpty, "\(before.count) numbers before, \(after.count) after")
    let count = Double(after.count)
    var (sum, squares) = (0.0, 0.0)
    for place in after.indices {
      let change = Double(after[place]) - Double(before[place])
      sum += change
      squares += change * change
    }
    // Changes of probabilities sum to 0 but for rounding, so that nothing cancels here.
    return max(squares / count - (sum / count) * (sum / count), 0)
  }
}
