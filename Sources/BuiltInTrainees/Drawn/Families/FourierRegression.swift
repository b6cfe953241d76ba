import Foundation

/// The target is a sum of one to six sine waves over the first one to six normal inputs.
enum FourierRegression: ExampleRule {
  static let isRegression = true

  static func fill(_ sheet: ExampleSheet, using random: inout DrawnRandom) {
    sheet.fillWithNormals(using: &random)
    let waves = 1 + random.index(below: 6)
    let dimensions = min(sheet.inputs, 1 + random.index(below: 6))
    let frequency = random.logUniform(0.5, 3) / Float(dimensions).squareRoot()
    let frequencies = random.normals(waves * dimensions, scale: frequency)
    let phases = (0..<waves).map { _ in random.uniform(0, 2 * .pi) }
    let amplitudes = random.normals(waves)
    for index in 0..<sheet.count {
      let row = sheet.row(index)
      var target: Float = 0
      for wave in 0..<waves {
        var angle = phases[wave]
        for place in 0..<dimensions { angle += frequencies[wave * dimensions + place] * row[place] }
        target += amplitudes[wave] * sin(angle)
      }
      sheet.targets[index] = target
    }
  }
}
