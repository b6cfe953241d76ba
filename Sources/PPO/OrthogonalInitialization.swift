import Randomness

/// A matrix (`rows`, `columns`), row after row, whose shorter side is orthonormal, times `gain`.
///
/// Saxe et al., 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks":
/// the orthogonal factor of a matrix of normal numbers. Gram and Schmidt's process leaves a positive diagonal in
/// the other factor, which makes the draw uniform (Mezzadri, 2007); it is run twice a vector, because once loses
/// orthogonality to rounding (Giraud et al., 2005).
func orthogonalMatrix(
  rows: Int, columns: Int, gain: Float, using generator: inout SeededGenerator
) -> [Float] {
  let length = max(rows, columns)
  var basis: [[Double]] = []
  while basis.count < min(rows, columns) {
    var vector = (0..<length).map { _ in generator.nextNormal() }
    for _ in 0..<2 {
      for other in basis {
        let overlap = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
        for index in vector.indices { vector[index] -= overlap * other[index] }
      }
    }
    let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    basis.append(vector.map { $0 / norm })
  }
  return (0..<rows * columns).map { index in
    let (row, column) = (index / columns, index % columns)
    return gain * Float(rows <= columns ? basis[row][column] : basis[column][row])
  }
}
