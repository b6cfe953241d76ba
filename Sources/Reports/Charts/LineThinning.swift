/// A place in a picture, in pixels.
struct PixelPoint: Equatable {
  var x: Double
  var y: Double
}

/// Long lines with no more points than the picture can show.
enum LineThinning {
  /// The parts of a line between its gaps, each thinned.
  ///
  /// - Parameters:
  ///   - count: How many points the line has.
  ///   - point: The place of a point, or nothing for a gap.
  /// - Returns: One list of points for each part that has any.
  static func parts(count: Int, point: (Int) -> PixelPoint?) -> [[PixelPoint]] {
    var parts: [[PixelPoint]] = []
    var part = ThinnedPart()
    for index in 0..<count {
      if let point = point(index) {
        part.append(point)
      } else if !part.isEmpty {
        parts.append(part.finished())
        part = ThinnedPart()
      }
    }
    if !part.isEmpty { parts.append(part.finished()) }
    return parts
  }
}

/// Points in a row, of which every column keeps the first, the lowest, the highest and the last.
///
/// The line drawn through these has the same pixels as the line through all points: the M4 aggregation of Jugel,
/// Jerzak, Hackenbroich and Markl (2014, "M4: a visualization-oriented time series data aggregation").
private struct ThinnedPart {
  /// Columns in a pixel: screens with two device pixels to a CSS pixel are usual.
  private static let columnsPerPixel = 2.0

  private var kept: [PixelPoint] = []
  private var columnNumber = 0.0
  private var count = 0
  private var first = PixelPoint(x: 0, y: 0)
  private var last = PixelPoint(x: 0, y: 0)
  private var lowest = (index: 0, point: PixelPoint(x: 0, y: 0))
  private var highest = (index: 0, point: PixelPoint(x: 0, y: 0))

  var isEmpty: Bool { kept.isEmpty && count == 0 }

  mutating func append(_ point: PixelPoint) {
    let number = (point.x * Self.columnsPerPixel).rounded(.down)
    if number != columnNumber { flush() }
    columnNumber = number
    if count == 0 {
      first = point
      lowest = (0, point)
      highest = (0, point)
    } else if point.y < lowest.point.y {
      lowest = (count, point)
    } else if point.y > highest.point.y {
      highest = (count, point)
    }
    last = point
    count += 1
  }

  mutating func finished() -> [PixelPoint] {
    flush()
    return kept
  }

  private mutating func flush() {
    guard count > 0 else { return }
    kept.append(first)
    let between = lowest.index < highest.index ? [lowest, highest] : [highest, lowest]
    for (index, point) in between where index > 0 && index < count - 1 { kept.append(point) }
    if count > 1 { kept.append(last) }
    count = 0
  }
}
