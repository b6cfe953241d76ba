/// Each class is a mixture of one to four Gaussians around random centers.
enum GaussianMixture: ExampleRule {
  static func fill(_ sheet: ExampleSheet, using random: inout DrawnRandom) {
    let parts = 1 + random.index(below: 4)
    let separation = random.logUniform(1, 8) / Float(sheet.inputs).squareRoot()
    let centers = WeightRows(sheet.classes * parts, for: sheet, scale: separation, using: &random)
    let hasEqualWidths = random.chance(0.5)
    let widths = (0..<sheet.classes * parts).map { _ in hasEqualWidths ? 1 : random.logUniform(0.5, 1.5) }
    for index in 0..<sheet.count {
      let label = sheet.shares.sample(using: &random)
      let part = label * parts + random.index(below: parts)
      let (row, width) = (sheet.row(index), widths[part])
      random.fillNormals(row, count: sheet.inputs)
      for place in 0..<sheet.inputs { row[place] *= width }
      centers.add(part, times: 1, to: row)
      sheet.labels[index] = Int32(label)
    }
  }
}
