import Foundation

/// The memory that a family fills: inputs and either labels or targets, all zero at first.
struct ExampleSheet {
  let rows: UnsafeMutablePointer<Float>
  let labels: UnsafeMutablePointer<Int32>
  let targets: UnsafeMutablePointer<Float>
  let count: Int
  let inputs: Int
  let stride: Int
  let classes: Int
  /// How often each class comes up, where a family may choose.
  let shares: ClassShares

  @inline(__always)
  func row(_ index: Int) -> UnsafeMutablePointer<Float> { rows + index * stride }

  /// Makes all inputs independent normal numbers.
  func fillWithNormals(using random: inout DrawnRandom) {
    for index in 0..<count { random.fillNormals(row(index), count: inputs) }
  }

  /// Cuts the scores into classes by rank, so that each class has its share.
  func label(byRankOf scores: [Float]) {
    let sorted = scores.sorted()
    let cuts = shares.cumulative.dropLast().map { sorted[min(count - 1, Int($0 * Float(count)))] }
    for index in 0..<count {
      var label = 0
      while label < cuts.count, scores[index] > cuts[label] { label += 1 }
      labels[index] = Int32(label)
    }
  }
}

/// How often each class comes up.
struct ClassShares {
  /// Sums of the shares up to and including each class; the last is 1.
  let cumulative: [Float]

  /// Shares in proportion to exp(-`imbalance` u), u uniform.
  init(classes: Int, imbalance: Float, using random: inout DrawnRandom) {
    let weights = (0..<classes).map { _ in exp(-imbalance * random.uniform()) }
    let total = weights.reduce(0, +)
    var sum: Float = 0
    cumulative = weights.map { weight in
      sum += weight / total
      return sum
    }
  }

  @inline(__always)
  func sample(using random: inout DrawnRandom) -> Int {
    let place = random.uniform()
    var label = 0
    while label < cumulative.count - 1, place > cumulative[label] { label += 1 }
    return label
  }
}
