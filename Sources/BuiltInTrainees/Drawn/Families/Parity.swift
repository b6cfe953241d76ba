/// Each bit of the label tells whether an odd number of two or three inputs is positive.
enum Parity: ExampleRule {
  private static let mostInputs = 3

  static func sampleClasses(using random: inout DrawnRandom) -> Int { random.chance(0.6) ? 2 : 4 }

  static func validate(_ problem: DrawnProblem) throws(DrawnProblemError) {
    guard problem.classes == 2 || problem.classes == 4 else {
      throw .badValue(name: "classes", value: "\(problem.classes)", allowed: "2 or 4 for parity")
    }
    guard problem.inputs >= 2 * mostInputs else {
      throw .badValue(name: "inputs", value: "\(problem.inputs)", allowed: "at least 6 for parity")
    }
  }

  static func fill(_ sheet: ExampleSheet, using random: inout DrawnRandom) {
    let perBit = 2 + random.index(below: mostInputs - 1)
    let isBinary = random.chance(0.5)
    let bits = sheet.classes == 4 ? 2 : 1
    for index in 0..<sheet.count {
      let row = sheet.row(index)
      random.fillNormals(row, count: sheet.inputs)
      if isBinary {
        for place in 0..<sheet.inputs { row[place] = (row[place] > 0 ? 1 : -1) + 0.1 * random.normal() }
      }
      var label: Int32 = 0
      for bit in 0..<bits {
        var isOdd = false
        for place in bit * perBit..<(bit + 1) * perBit where row[place] > 0 { isOdd.toggle() }
        label = label * 2 + (isOdd ? 1 : 0)
      }
      sheet.labels[index] = label
    }
  }
}
