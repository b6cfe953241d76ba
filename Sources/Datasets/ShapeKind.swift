/// The ten classes of the drawn data set, in pairs that look alike.
///
/// Every shape is a signed distance: negative inside, positive outside, near the edge about the distance to it in
/// units of the shape's radius. Only sums, products, square roots and comparisons are used, so every platform draws
/// the same bits.
enum ShapeKind: Int, CaseIterable {
  case disc, ellipse, square, rhombus, triangle, halfDisc, ring, openRing, cross, star

  /// Signed distance of the point (x, y) from the edge, for a shape of radius about 1 around the origin.
  ///
  /// Sizes are such that all ten cover about the same area, which therefore does not give the class away.
  func distance(x: Float, y: Float) -> Float {
    switch self {
    case .disc: (x * x + y * y).squareRoot() - 0.85
    case .ellipse: Self.ellipse(x, y, longer: 1.02, shorter: 0.71)
    case .square: Self.polygon(Self.squareNormals, x, y, apothem: 0.75, rank: 0)
    case .rhombus: max(abs(x * 0.8192 + y * 0.5736), abs(x * 0.8192 - y * 0.5736)) - 0.74
    case .triangle: Self.polygon(Self.triangleNormals, x, y, apothem: 0.6, rank: 0)
    case .halfDisc: max((x * x + (y + 0.45) * (y + 0.45)).squareRoot() - 1.15, -y - 0.45)
    case .ring: abs((x * x + y * y).squareRoot() - 0.78) - 0.22
    case .openRing:
      max(abs((x * x + y * y).squareRoot() - 0.78) - 0.22, min(0.26 - abs(y), x))
    case .cross: min(max(abs(x) - 1, abs(y) - 0.3), max(abs(x) - 0.3, abs(y) - 1))
    // A point is in a five-pointed star when it is inside at least four of its five lines.
    case .star: Self.polygon(Self.pentagonNormals, x, y, apothem: 0.45, rank: 1)
    }
  }

  /// The largest (rank 0) or second largest (rank 1) distance from lines at distance `apothem` of the origin.
  private static func polygon(
    _ normals: [(x: Float, y: Float)], _ x: Float, _ y: Float, apothem: Float, rank: Int
  ) -> Float {
    var largest = -Float.infinity
    var second = -Float.infinity
    for normal in normals {
      let distance = normal.x * x + normal.y * y
      second = max(second, min(largest, distance))
      largest = max(largest, distance)
    }
    return (rank == 0 ? largest : second) - apothem
  }

  /// First-order distance from an ellipse: the implicit function over the length of its gradient.
  private static func ellipse(_ x: Float, _ y: Float, longer: Float, shorter: Float) -> Float {
    let (u, v) = (x / longer, y / shorter)
    let value = (u * u + v * v).squareRoot()
    let gradient = (u * u / (longer * longer) + v * v / (shorter * shorter)).squareRoot()
    return gradient > 0 ? value * (value - 1) / gradient : -shorter
  }

  private static let squareNormals: [(x: Float, y: Float)] = [(1, 0), (0, 1), (-1, 0), (0, -1)]

  /// (cos 72k, sin 72k degrees), written out so that no library's rounding decides.
  private static let pentagonNormals: [(x: Float, y: Float)] = [
    (1, 0), (0.309_017, 0.951_056_5), (-0.809_017, 0.587_785_2), (-0.809_017, -0.587_785_2),
    (0.309_017, -0.951_056_5),
  ]

  /// (cos 120k, sin 120k degrees).
  private static let triangleNormals: [(x: Float, y: Float)] = [
    (1, 0), (-0.5, 0.866_025_4), (-0.5, -0.866_025_4),
  ]
}
