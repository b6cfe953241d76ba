import Foundation

/// Small square pictures of random strokes, one to three patterns a class, shifted, faded and noisy.
enum Pictures: ExampleRule {
  static let allowsConvolutions = true

  static func sampleInputs(using random: inout DrawnRandom) -> Int {
    let side = 4 + random.index(below: 5)
    return side * side
  }

  /// Height and width of a picture of `inputs` pixels.
  static func side(inputs: Int) -> Int { Int(Double(inputs).squareRoot().rounded()) }

  static func validate(_ problem: DrawnProblem) throws(DrawnProblemError) {
    let side = side(inputs: problem.inputs)
    guard side * side == problem.inputs else {
      throw .badValue(name: "inputs", value: "\(problem.inputs)", allowed: "a square number for pictures")
    }
  }

  static func fill(_ sheet: ExampleSheet, using random: inout DrawnRandom) {
    let side = side(inputs: sheet.inputs)
    let perClass = 1 + random.index(below: 3)
    let patterns = (0..<sheet.classes * perClass).flatMap { _ in strokes(side: side, using: &random) }
    let noise = random.uniform(0.05, 0.6)
    let largestShift = random.index(below: 2)
    patterns.withUnsafeBufferPointer { patterns in
      for index in 0..<sheet.count {
        let label = sheet.shares.sample(using: &random)
        let first = (label * perClass + random.index(below: perClass)) * sheet.inputs
        let right = random.index(below: 2 * largestShift + 1) - largestShift
        let down = random.index(below: 2 * largestShift + 1) - largestShift
        let contrast = 2 * random.uniform(0.5, 1.5)
        let row = sheet.row(index)
        random.fillNormals(row, count: sheet.inputs)
        for place in 0..<sheet.inputs { row[place] = row[place] * noise - 0.6 }
        for y in max(0, -down)..<min(side, side - down) {
          for x in max(0, -right)..<min(side, side - right) {
            row[y * side + x] += contrast * patterns[first + (y + down) * side + x + right]
          }
        }
        sheet.labels[index] = Int32(label)
      }
    }
  }

  /// A picture of two to four bent lines, 1 on a line and 0 elsewhere.
  private static func strokes(side: Int, using random: inout DrawnRandom) -> [Float] {
    var picture = [Float](repeating: 0, count: side * side)
    for _ in 0..<2 + random.index(below: 3) {
      var (x, y) = (random.uniform(0, Float(side)), random.uniform(0, Float(side)))
      var angle = random.uniform(0, 2 * .pi)
      let bend = random.uniform(-0.3, 0.3)
      for _ in 0..<2 * side {
        let (column, row) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
        if 0..<side ~= column, 0..<side ~= row { picture[row * side + column] = 1 }
        x += 0.5 * cos(angle)
        y += 0.5 * sin(angle)
        angle += bend
      }
    }
    return picture
  }
}
