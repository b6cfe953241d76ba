import Foundation
import NeuralNet

/// Rotates, stretches and shifts the inputs of all examples, so that they look like measured ones.
///
/// Two Householder reflections (a rotation) in 30 % of the problems, then a scale for each input, log-uniform between
/// 1 / conditioning and 1, then one more reflection in 30 %. At last a common scale, by which the root mean square of
/// the training inputs is 0.5 to 2, and in 30 % a shift.
struct FeatureTransform {
  let conditioning: Float
  let isAlwaysRotated: Bool
  /// False where neighboring inputs belong together, as the pixels of a convolution.
  let mayRotate: Bool
  let trainCount: Int

  func apply(to sheet: ExampleSheet, using random: inout DrawnRandom) {
    let rotates = random.chance(0.3)
    if mayRotate, rotates || isAlwaysRotated {
      reflect(sheet, using: &random)
      reflect(sheet, using: &random)
    }
    let scales = (0..<sheet.inputs).map { _ in exp(-log(conditioning) * random.uniform()) }
    let reflectsAfter = random.chance(0.3)
    if conditioning != 1 { stretch(sheet, by: scales, plus: []) }
    if mayRotate, reflectsAfter { reflect(sheet, using: &random) }
    let scale = random.logUniform(0.5, 2) / rootMeanSquare(sheet)
    let shift = random.chance(0.3) ? random.uniform() : 0
    let shifts = random.normals(sheet.inputs, scale: shift)
    stretch(sheet, by: [Float](repeating: scale, count: sheet.inputs), plus: shifts)
  }

  /// Mirrors the examples at a random plane through the origin.
  private func reflect(_ sheet: ExampleSheet, using random: inout DrawnRandom) {
    let direction = WeightRows(1, for: sheet, using: &random)
    let factor = -2 / direction.squareSum(0)
    for index in 0..<sheet.count {
      let row = sheet.row(index)
      direction.add(0, times: factor * direction.product(0, with: row), to: row)
    }
  }

  private func stretch(_ sheet: ExampleSheet, by scales: [Float], plus shifts: [Float]) {
    let (factors, offsets) = (
      AlignedBuffer<Float>(count: sheet.stride), AlignedBuffer<Float>(count: sheet.stride)
    )
    for (place, scale) in scales.enumerated() { factors.pointer[place] = scale }
    for (place, shift) in shifts.enumerated() { offsets.pointer[place] = shift }
    withExtendedLifetime((factors, offsets)) {
      for index in 0..<sheet.count {
        RowArithmetic.scale(sheet.row(index), by: factors.pointer, plus: offsets.pointer, sheet.stride)
      }
    }
  }

  private func rootMeanSquare(_ sheet: ExampleSheet) -> Float {
    var sum = 0.0
    for index in 0..<trainCount {
      sum += Double(RowArithmetic.dot(sheet.row(index), sheet.row(index), sheet.stride))
    }
    return Float((sum / Double(trainCount * sheet.inputs) + 1e-12).squareRoot())
  }
}
