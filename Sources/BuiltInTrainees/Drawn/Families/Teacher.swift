/// A random network of one hidden layer of 8 to 32 rectified units, which makes targets from normal inputs.
struct Teacher {
  private let hidden: WeightRows
  private let biases: [Float]
  private let outputs: [[Float]]

  init(outputs count: Int, for sheet: ExampleSheet, using random: inout DrawnRandom) {
    let width = 8 + random.index(below: 25)
    hidden = WeightRows(width, for: sheet, scale: 1.5 / Float(sheet.inputs).squareRoot(), using: &random)
    outputs = (0..<count).map { _ in random.normals(width) }
    biases = random.normals(width, scale: 0.5)
  }

  /// Writes the outputs of all examples: output `o` of example `i` at `o * sheet.count + i`.
  func write(_ sheet: ExampleSheet, to results: UnsafeMutablePointer<Float>) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: biases.count) { units in
      for index in 0..<sheet.count {
        for unit in 0..<biases.count {
          units[unit] = max(0, biases[unit] + hidden.product(unit, with: sheet.row(index)))
        }
        for (output, weights) in outputs.enumerated() {
          var sum: Float = 0
          for unit in 0..<biases.count { sum += weights[unit] * units[unit] }
          results[output * sheet.count + index] = sum
        }
      }
    }
  }
}
