/// What a training run learns from, chooses by and is judged on.
public struct DataSplits: Sendable {
  /// Name of the data set, as the catalogue spells it: "fashion", "cifar10", "shapes".
  public let name: String
  /// The training split, which is shuffled by a ``BatchOrder``.
  public let train: Split
  /// The validation split, in an order that never changes.
  public let validation: Split
  /// The test split, in an order that never changes.
  public let test: Split
  /// Mean of each channel over the training split, in pixel units from 0 to 255.
  public let mean: [Float]
  /// Standard deviation of each channel over the training split, in pixel units, never 0.
  ///
  /// A network's input is (pixel - mean) / standardDeviation, channel by channel, in all three splits.
  public let standardDeviation: [Float]

  /// Size of every image.
  public var shape: PixelShape { train.images.shape }
  /// Number of classes.
  public var classes: Int { train.images.classes }

  /// Creates splits, and computes mean and standard deviation from the training split.
  ///
  /// - Precondition: No split is empty; shape and number of classes are the same in all three.
  public init(name: String, train: Split, validation: Split, test: Split) {
    for split in [train, validation, test] {
      precondition(split.count > 0, "data set '\(name)' has an empty split")
      precondition(
        split.images.shape == train.images.shape && split.images.classes == train.images.classes,
        "the splits of data set '\(name)' differ in image size or number of classes")
    }
    self.name = name
    self.train = train
    self.validation = validation
    self.test = test
    (mean, standardDeviation) = train.channelStatistics()
  }

  /// The same data with fewer images: the first of each split; nil keeps a split whole.
  ///
  /// Mean and standard deviation are those of the part.
  ///
  /// - Precondition: A number that is given is at least 1.
  public func limited(train: Int? = nil, validation: Int? = nil, test: Int? = nil) -> DataSplits {
    DataSplits(
      name: name, train: self.train.prefix(train), validation: self.validation.prefix(validation),
      test: self.test.prefix(test))
  }
}
