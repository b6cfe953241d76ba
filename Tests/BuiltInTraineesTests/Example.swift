import Datasets
import NeuralNet
import Randomness
import BuiltInTrainees

/// Small images of three classes that a network can learn: a bright square whose place tells the class.
enum Example {
  static func splits(train: Int = 60, validation: Int = 37, test: Int = 20, channels: Int = 1) -> DataSplits {
    let images = squares(count: train + validation + test, channels: channels)
    func split(_ range: Range<Int>) -> Split {
      // Descending, so that a mix-up of positions and indices shows.
      Split(images: images, indices: range.reversed().map { Int32($0) })
    }
    return DataSplits(
      name: "squares", train: split(0..<train), validation: split(train..<train + validation),
      test: split(train + validation..<images.count))
  }

  static func trainee(
    _ data: DataSplits = splits(), model: ModelSpecification = .leNet,
    optimizer: Optimizer.Configuration = .adam(), batchSize: Int = 24, threads: Int = 1
  ) throws -> ImageClassifier {
    try ImageClassifier(
      data: data,
      configuration: .init(model: model, optimizer: optimizer, batchSize: batchSize, threads: threads))
  }

  private static func squares(count: Int, channels: Int) -> LabelledImages {
    let shape = PixelShape(channels: channels, height: 16, width: 16)
    var generator = SeededGenerator(seed: 5)
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    for _ in 0..<count {
      let label = generator.nextIndex(below: 3)
      labels.append(UInt8(label))
      for place in 0..<shape.count {
        let (row, column) = (place / 16 % 16, place % 16)
        let isInside = (4..<10).contains(row) && (5 * label..<5 * label + 5).contains(column)
        pixels.append(UInt8((isInside ? 120 : 20) + generator.nextIndex(below: 100)))
      }
    }
    return LabelledImages(shape: shape, classes: 3, pixels: pixels, labels: labels)
  }
}
