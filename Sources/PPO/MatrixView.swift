/// Where a matrix lies in a flat parameter buffer, and the three products that training needs of it.
///
/// R rows, C columns, row after row: element (r, c) is at `offset + r * C + c`. Rows are outputs, columns are
/// inputs. Every sum runs in one fixed order, so that acting and training give the same bits.
struct MatrixView: Sendable, Equatable {
  var offset: Int
  var rows: Int
  var columns: Int

  /// result (R) += matrix (R, C) times vector (C).
  func addProduct(
    _ parameters: UnsafePointer<Float>, _ vector: UnsafePointer<Float>, at vectorOffset: Int,
    to result: UnsafeMutablePointer<Float>, at resultOffset: Int
  ) {
    for row in 0..<rows {
      let weights = parameters + (offset + row * columns)
      var sum: Float = 0
      for column in 0..<columns {
        sum += weights[column] * vector[vectorOffset + column]
      }
      result[resultOffset + row] += sum
    }
  }

  /// result (C) += transposed matrix (C, R) times vector (R).
  func addTransposedProduct(
    _ parameters: UnsafePointer<Float>, _ vector: UnsafePointer<Float>, at vectorOffset: Int,
    to result: UnsafeMutablePointer<Float>, at resultOffset: Int
  ) {
    for row in 0..<rows {
      let weights = parameters + (offset + row * columns)
      let factor = vector[vectorOffset + row]
      for column in 0..<columns {
        result[resultOffset + column] += factor * weights[column]
      }
    }
  }

  /// gradient (R, C) += left (R) times transposed right (C).
  func addOuterProduct(
    _ left: UnsafePointer<Float>, at leftOffset: Int, _ right: UnsafePointer<Float>, at rightOffset: Int,
    to gradient: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      let sums = gradient + (offset + row * columns)
      let factor = left[leftOffset + row]
      for column in 0..<columns {
        sums[column] += factor * right[rightOffset + column]
      }
    }
  }
}
