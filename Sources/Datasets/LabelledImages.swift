/// Images of one size with a class each, held once and shared by everybody who reads them.
///
/// `pixels` is (image, channel, row, column), one byte each, 0 for black to 255 for full intensity.
public final class LabelledImages: Sendable {
  /// Size of every image.
  public let shape: PixelShape
  /// Number of classes; labels are from 0 to `classes` - 1.
  public let classes: Int
  /// All images one after the other: image i begins at i x `shape.count`.
  public let pixels: [UInt8]
  /// The class of every image.
  public let labels: [UInt8]

  /// Number of images.
  public var count: Int { labels.count }

  /// Takes images that are already checked.
  ///
  /// - Precondition: `pixels` holds `shape.count` bytes a label, and no label is `classes` or more.
  public init(shape: PixelShape, classes: Int, pixels: [UInt8], labels: [UInt8]) {
    precondition(
      pixels.count == labels.count * shape.count,
      "\(labels.count) images of \(shape.count) bytes need \(labels.count * shape.count), got \(pixels.count)"
    )
    let largest = labels.max().map(Int.init) ?? 0
    precondition(largest < max(classes, 1), "labels must be below \(classes), got \(largest)")
    self.shape = shape
    self.classes = classes
    self.pixels = pixels
    self.labels = labels
  }
}
