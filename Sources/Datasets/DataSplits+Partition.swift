import Randomness

extension DataSplits {
  /// Splits off a validation part from a publisher's training images, by chance that `seed` decides.
  ///
  /// The validation split is as large as the test split, and at most a fifth of the training images: 50,000,
  /// 10,000 and 10,000 for Fashion-MNIST, 40,000, 10,000 and 10,000 for CIFAR-10, as in Xu et al. (2019),
  /// section 4.
  static func partition(
    name: String, train: LabelledImages, test: LabelledImages, seed: UInt64
  ) throws(DatasetError) -> DataSplits {
    guard train.count >= 2 else {
      throw .impossibleOption(
        "Data set '\(name)' has \(train.count) training images, where training and validation need 2 at least."
      )
    }
    let validationCount = max(1, min(test.count, train.count / 5))
    var generator = SeededGenerator(seed: seed)
    let order = generator.nextPermutation(of: train.count)
    return DataSplits(
      name: name,
      train: Split(images: train, indices: Array(order.dropLast(validationCount))),
      validation: Split(images: train, indices: Array(order.suffix(validationCount))),
      test: Split(all: test))
  }
}
