/// The target is linear in normal inputs; in half of the problems the square of a second direction is added.
enum LinearRegression: ExampleRule {
  static let isRegression = true

  static func fill(_ sheet: ExampleSheet, using random: inout DrawnRandom) {
    sheet.fillWithNormals(using: &random)
    let directions = WeightRows(2, for: sheet, using: &random)
    let curvature = random.chance(0.5) ? 0.5 / Float(sheet.inputs).squareRoot() : 0
    for index in 0..<sheet.count {
      let row = sheet.row(index)
      let second = directions.product(1, with: row)
      sheet.targets[index] = directions.product(0, with: row) + curvature * second * second
    }
  }
}
