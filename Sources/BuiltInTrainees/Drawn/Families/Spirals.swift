import Foundation

/// Each class is an arm of a spiral in the first two dimensions; the others are noise.
enum Spirals: ExampleRule {
  static let isHeldOut = true
  static let isAlwaysRotated = true

  static func sampleInputs(using random: inout DrawnRandom) -> Int {
    let inputs = defaultInputs(using: &random)
    return random.chance(0.7) ? min(inputs, 16) : inputs
  }

  static func sampleClasses(using random: inout DrawnRandom) -> Int {
    min(5, defaultClasses(using: &random))
  }

  static func fill(_ sheet: ExampleSheet, using random: inout DrawnRandom) {
    let turns = random.uniform(0.5, 1.5)
    let spread = random.uniform(0.02, 0.1)
    for index in 0..<sheet.count {
      let label = sheet.shares.sample(using: &random)
      let along = random.uniform(0.05, 1).squareRoot()
      let angle = 2 * .pi * (turns * along + Float(label) / Float(sheet.classes))
      let row = sheet.row(index)
      random.fillNormals(row, count: sheet.inputs)
      row[0] = 2 * along * cos(angle) + spread * row[0]
      row[1] = 2 * along * sin(angle) + spread * row[1]
      for place in 2..<sheet.inputs { row[place] *= 0.3 }
      sheet.labels[index] = Int32(label)
    }
  }
}
