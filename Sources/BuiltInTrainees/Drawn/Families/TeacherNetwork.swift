/// The class is the largest output of a random network, each output less its mean so that all classes come up.
enum TeacherNetwork: ExampleRule {
  static let isHeldOut = true

  static func fill(_ sheet: ExampleSheet, using random: inout DrawnRandom) {
    sheet.fillWithNormals(using: &random)
    let teacher = Teacher(outputs: sheet.classes, for: sheet, using: &random)
    let (count, classes) = (sheet.count, sheet.classes)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: classes * count) { outputs in
      guard let scores = outputs.baseAddress else { return }
      teacher.write(sheet, to: scores)
      let means = (0..<classes).map { label in
        Float((0..<count).reduce(0.0) { $0 + Double(scores[label * count + $1]) } / Double(count))
      }
      for index in 0..<count {
        var best = -Float.infinity
        for label in 0..<classes {
          let score = scores[label * count + index] - means[label]
          if score > best {
            best = score
            sheet.labels[index] = Int32(label)
          }
        }
      }
    }
  }
}
