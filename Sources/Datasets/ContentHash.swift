extension LabelledImages {
  /// The MD5 digest of size, number of classes, labels and pixels, as 32 hexadecimal digits.
  ///
  /// It reads every byte: ask once, not in a loop.
  public func contentHash() -> String {
    var digest = MD5()
    digest.update(Array("\(shape.channels) \(shape.height) \(shape.width) \(classes) \(count)\n".utf8))
    digest.update(labels)
    digest.update(pixels)
    return digest.hexadecimal()
  }
}

extension DataSplits {
  /// The MD5 digest of the images and of which of them are in which split, as 32 hexadecimal digits.
  ///
  /// Two runs with the same digest trained on the same pixels, validated and tested on the same others. It reads
  /// every byte: ask once, not in a loop.
  public func contentHash() -> String {
    var digest = MD5()
    var known: [(images: LabelledImages, hash: String)] = []
    for split in [train, validation, test] {
      let hash = known.first { $0.images === split.images }?.hash ?? split.images.contentHash()
      known.append((split.images, hash))
      digest.update(Array(hash.utf8))
      digest.update(
        split.indices.flatMap { index in (0..<4).map { UInt8(truncatingIfNeeded: index >> (8 * $0)) } })
    }
    return digest.hexadecimal()
  }
}
