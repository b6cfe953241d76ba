/// A part of some images, in a fixed order: the training, the validation or the test split.
///
/// Splits of the same images share them; image number p of a split is image `indices[p]` of `images`.
public struct Split: Sendable {
  /// The images that the split picks from.
  public let images: LabelledImages
  /// Which of them, in the order of the split, without repetition.
  public let indices: [Int32]

  /// Number of images in the split.
  public var count: Int { indices.count }

  /// Creates a split.
  ///
  /// - Precondition: Every index is from 0 to `images.count` - 1.
  public init(images: LabelledImages, indices: [Int32]) {
    precondition(
      indices.allSatisfy { 0 <= $0 && $0 < images.count },
      "indices must be from 0 to \(images.count - 1), got \(indices.min() ?? 0) to \(indices.max() ?? 0)")
    self.images = images
    self.indices = indices
  }

  /// All of `images`, in their order.
  public init(all images: LabelledImages) {
    self.init(images: images, indices: Array(0..<Int32(images.count)))
  }

  /// The first `count` images of the split, or all of it when `count` is nil or larger.
  public func prefix(_ count: Int?) -> Split {
    guard let count, count < indices.count else { return self }
    return Split(images: images, indices: Array(indices.prefix(max(count, 0))))
  }
}
