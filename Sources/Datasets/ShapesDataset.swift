import Randomness

/// The data set that the program draws itself: ten kinds of shapes, the same on every machine for the same seed.
///
/// The classes are disc, ellipse, square, rhombus, triangle, half disc, ring, open ring, cross and star. Place, size,
/// rotation, stretch, contrast, shading, a bar across and noise differ from picture to picture.
public enum ShapesDataset {
  /// What to draw.
  public struct Configuration: Sendable, Equatable, Codable {
    /// 1 for grey, 3 for colour; 1 by default.
    public var channels = 1
    /// Rows and columns of a picture, from 12 to 256; 28 by default.
    public var size = 28
    /// Training images, at least 10; 10,000 by default.
    public var train = 10_000
    /// Validation images, at least 10; 2,000 by default.
    public var validation = 2_000
    /// Test images, at least 10; 2,000 by default.
    public var test = 2_000
    /// Decides every picture; 0 by default.
    public var seed: UInt64 = 0

    /// The defaults.
    public init() {}

    /// Size of every picture.
    public var shape: PixelShape { PixelShape(channels: channels, height: size, width: size) }

    /// Refuses impossible values, and pictures that this machine's memory cannot hold.
    ///
    /// - Throws: ``DatasetError/impossibleOption(_:)`` that names the value and its range.
    public func validate() throws(DatasetError) { try validate(memory: MachineMemory.size) }

    func validate(memory: Int) throws(DatasetError) {
      guard channels == 1 || channels == 3 else {
        throw .impossibleOption("Drawn pictures have 1 or 3 channels, not \(channels).")
      }
      guard (12...256).contains(size) else {
        throw .impossibleOption("Drawn pictures are 12 to 256 pixels wide and high, not \(size).")
      }
      for (split, count) in [("training", train), ("validation", validation), ("test", test)] {
        guard (10...10_000_000).contains(count) else {
          throw .impossibleOption(
            "The drawn data set has 10 to 10,000,000 \(split) images, not \(count).")
        }
      }
      let bytes = (train + validation + test) * shape.count
      guard bytes <= memory else {
        throw .impossibleOption(
          "The drawn data set takes \(MachineMemory.gigabytes(bytes)) of memory; there are "
            + "\(MachineMemory.gigabytes(memory)). Choose fewer or smaller images.")
      }
    }
  }

  /// Draws the three splits.
  ///
  /// Picture i of a split is decided by the seed, the split and i alone: it stays the same when the numbers of
  /// images change. Classes take turns, so each has as many pictures as the others.
  ///
  /// - Throws: ``DatasetError/impossibleOption(_:)`` when the configuration is impossible.
  public static func draw(_ configuration: Configuration = .init()) throws(DatasetError) -> DataSplits {
    try configuration.validate()
    let counts = [configuration.train, configuration.validation, configuration.test]
    let splits = counts.enumerated().map { split, count in
      Split(all: images(count: count, stream: UInt64(split) << 32, of: configuration))
    }
    return DataSplits(
      name: DatasetName.shapes.rawValue, train: splits[0], validation: splits[1], test: splits[2])
  }

  private static func images(
    count: Int, stream: UInt64, of configuration: Configuration
  ) -> LabelledImages {
    let shape = configuration.shape
    let kinds = ShapeKind.allCases
    let labels = (0..<count).map { UInt8($0 % kinds.count) }
    let pixels = [UInt8](unsafeUninitializedCapacity: count * shape.count) { buffer, filled in
      for (index, label) in labels.enumerated() {
        var generator = SeededGenerator(seed: configuration.seed, stream: stream + UInt64(index))
        let picture = ShapePicture(kind: kinds[Int(label)], using: &generator)
        let place = UnsafeMutableBufferPointer(
          rebasing: buffer[index * shape.count..<(index + 1) * shape.count])
        picture.render(to: place, shape: shape, using: &generator)
      }
      filled = count * shape.count
    }
    return LabelledImages(shape: shape, classes: kinds.count, pixels: pixels, labels: labels)
  }
}
