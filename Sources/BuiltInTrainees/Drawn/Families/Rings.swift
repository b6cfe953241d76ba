/// Each class is a sphere around the origin, in the first two to six dimensions; the others are noise.
enum Rings: ExampleRule {
  static let isAlwaysRotated = true

  static func sampleClasses(using random: inout DrawnRandom) -> Int {
    min(8, defaultClasses(using: &random))
  }

  static func fill(_ sheet: ExampleSheet, using random: inout DrawnRandom) {
    let dimensions = 2 + random.index(below: min(5, sheet.inputs - 1))
    let spread = random.uniform(0.05, 0.4)
    for index in 0..<sheet.count {
      let label = sheet.shares.sample(using: &random)
      let row = sheet.row(index)
      random.fillNormals(row, count: sheet.inputs)
      var square: Float = 1e-6
      for place in 0..<dimensions { square += row[place] * row[place] }
      let radius = (Float(label + 1) + spread * random.normal()) * 3 / Float(sheet.classes)
      let factor = radius / square.squareRoot()
      for place in 0..<dimensions { row[place] *= factor }
      for place in dimensions..<sheet.inputs { row[place] *= 0.5 }
      sheet.labels[index] = Int32(label)
    }
  }
}
