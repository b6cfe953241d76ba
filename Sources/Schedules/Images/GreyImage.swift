/// A picture in grey: one brightness in [0, 1] for each pixel, row by row.
public struct GreyImage: Sendable, Equatable {
  /// Pixels of a row, at least 1.
  public let width: Int
  /// Rows, at least 1.
  public let height: Int
  /// `width * height` brightnesses in [0, 1], row by row from the top.
  public let pixels: [Double]

  /// Creates a picture.
  ///
  /// - Precondition: There is a brightness for each pixel.
  public init(width: Int, height: Int, pixels: [Double]) {
    precondition(
      width >= 1 && height >= 1 && pixels.count == width * height,
      "expected \(width) x \(height) pixels, got \(pixels.count)")
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  /// The picture at another size: each new pixel is the mean of the area that it covers.
  ///
  /// - Precondition: Both sizes are at least 1.
  public func resized(width newWidth: Int, height newHeight: Int) -> GreyImage {
    precondition(
      newWidth >= 1 && newHeight >= 1, "expected a size of at least 1, got \(newWidth) x \(newHeight)")
    let columns = (0..<newWidth).map { Self.cover($0, of: newWidth, old: width) }
    let rows = (0..<newHeight).map { Self.cover($0, of: newHeight, old: height) }
    var result: [Double] = []
    result.reserveCapacity(newWidth * newHeight)
    for row in rows {
      for column in columns {
        var (sum, area) = (0.0, 0.0)
        for (y, high) in row {
          for (x, wide) in column {
            sum += pixels[y * width + x] * high * wide
            area += high * wide
          }
        }
        result.append(sum / area)
      }
    }
    return GreyImage(width: newWidth, height: newHeight, pixels: result)
  }

  /// The old pixels along one side that a new one covers, each with the share of it that is covered.
  private static func cover(_ index: Int, of count: Int, old: Int) -> [(Int, Double)] {
    let start = Double(index) * Double(old) / Double(count)
    let end = Double(index + 1) * Double(old) / Double(count)
    return (Int(start)...min(old - 1, Int(end))).compactMap { place in
      let share = min(end, Double(place + 1)) - max(start, Double(place))
      return share > 1e-12 ? (place, share) : nil
    }
  }
}
