/// The size of every image of a data set.
public struct PixelShape: Sendable, Equatable, Hashable, Codable, CustomStringConvertible {
  /// Colour planes: 1 for grey, 3 for red, green and blue.
  public var channels: Int
  /// Rows of a plane.
  public var height: Int
  /// Pixels of a row.
  public var width: Int

  /// Creates a shape.
  ///
  /// - Precondition: Every number is at least 1.
  public init(channels: Int, height: Int, width: Int) {
    precondition(
      channels > 0 && height > 0 && width > 0,
      "an image needs at least one pixel, got \(channels) x \(height) x \(width)")
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Pixels of one plane.
  public var planeSize: Int { height * width }

  /// Bytes of one image: channels x height x width.
  public var count: Int { channels * planeSize }

  /// "28x28 grey", "32x32 colour".
  public var description: String { "\(width)x\(height) \(channels == 1 ? "grey" : "colour")" }
}
