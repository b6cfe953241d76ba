/// Classes cut by rank from a random quadratic form of the first two to nine normal inputs.
enum QuadraticClasses: ExampleRule {
  static func sampleClasses(using random: inout DrawnRandom) -> Int {
    min(8, defaultClasses(using: &random))
  }

  static func fill(_ sheet: ExampleSheet, using random: inout DrawnRandom) {
    sheet.fillWithNormals(using: &random)
    let dimensions = min(sheet.inputs, 2 + random.index(below: 8))
    let form = random.normals(dimensions * dimensions)
    let scores = form.withUnsafeBufferPointer { form in
      (0..<sheet.count).map { index in
        let row = sheet.row(index)
        var score: Float = 0
        for left in 0..<dimensions {
          var sum: Float = 0
          for right in 0..<dimensions { sum += form[left * dimensions + right] * row[right] }
          score += sum * row[left]
        }
        return score
      }
    }
    sheet.label(byRankOf: scores)
  }
}
