/// The target is the output of a random network.
enum TeacherRegression: ExampleRule {
  static let isRegression = true
  static let isHeldOut = true

  static func fill(_ sheet: ExampleSheet, using random: inout DrawnRandom) {
    sheet.fillWithNormals(using: &random)
    Teacher(outputs: 1, for: sheet, using: &random).write(sheet, to: sheet.targets)
  }
}
