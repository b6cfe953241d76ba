/// Classes sampled from a linear softmax model of normal inputs, at a temperature from 0.2 to 2.
enum LinearClasses: ExampleRule {
  static func fill(_ sheet: ExampleSheet, using random: inout DrawnRandom) {
    sheet.fillWithNormals(using: &random)
    let temperature = random.logUniform(0.2, 2)
    let scale = 3 / Float(sheet.inputs).squareRoot()
    let weights = WeightRows(sheet.classes, for: sheet, scale: scale, using: &random)
    for index in 0..<sheet.count {
      let row = sheet.row(index)
      var best = -Float.infinity
      for label in 0..<sheet.classes {
        let score = weights.product(label, with: row) + temperature * random.gumbel()
        if score > best {
          best = score
          sheet.labels[index] = Int32(label)
        }
      }
    }
  }
}
