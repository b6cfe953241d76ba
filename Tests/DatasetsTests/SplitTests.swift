import Foundation
import Testing

@testable import Datasets

@Suite struct SplitTests {
  private func fashion(seed: UInt64 = 0) throws -> DataSplits {
    try DatasetCatalogue(folder: Fixtures.folder, environment: [:]).load("fashion", splitSeed: seed)
  }

  @Test(
    "The validation split is as large as the test split, and at most a fifth of the training images",
    arguments: [(60, 10, 10), (50, 10, 10), (60, 12, 12), (60, 13, 12), (2, 5, 1)])
  func sizes(trainCount: Int, testCount: Int, validationCount: Int) throws {
    let shape = PixelShape(channels: 1, height: 1, width: 1)
    let images = { (count: Int) in
      LabelledImages(
        shape: shape, classes: 2, pixels: (0..<count).map { UInt8($0) },
        labels: [UInt8](repeating: 1, count: count))
    }
    let splits = try DataSplits.partition(
      name: "x", train: images(trainCount), test: images(testCount), seed: 0)
    #expect(splits.validation.count == validationCount)
    #expect(splits.train.count == trainCount - validationCount)
    #expect(splits.test.indices == Array(0..<Int32(testCount)))
  }

  @Test("Training and validation share no image and leave none out, and the seed decides which")
  func partition() throws {
    let splits = try fashion()
    #expect((splits.train.indices + splits.validation.indices).sorted() == Array(0..<60))
    #expect(try fashion().validation.indices == splits.validation.indices)
    #expect(try fashion().contentHash() == splits.contentHash())
    #expect(try fashion(seed: 1).validation.indices != splits.validation.indices)
    #expect(try fashion(seed: 1).contentHash() != splits.contentHash())
    #expect(splits.train.images === splits.validation.images)
  }

  @Test("Mean and standard deviation are those of Python's sums", arguments: ["idx-train", "cifar-test"])
  func statistics(name: String) throws {
    let images =
      name == "idx-train"
      ? try IDXDataset.read(folder: Fixtures.folder + "/fashion-mnist", classes: 10).train
      : try CIFARDataset.read(archive: CIFARTests.archive, recordsPerFile: 2).test
    let expected = try Fixtures.part(name)
    let splits = DataSplits(
      name: name, train: Split(all: images), validation: Split(all: images), test: Split(all: images))
    let channels = images.shape.channels
    let count = Double(images.pixels.count / channels)
    // Sums over all channels: the mean of the channels' second moments is the second moment of everything.
    let sum = splits.mean.reduce(0) { $0 + Double($1) * count }
    let squares = zip(splits.mean, splits.standardDeviation).reduce(0.0) { total, channel in
      total + (Double(channel.0) * Double(channel.0) + Double(channel.1) * Double(channel.1)) * count
    }
    #expect(splits.mean.count == channels)
    #expect(abs(sum / expected.sum - 1) < 1e-6)
    #expect(abs(squares / expected.sumOfSquares - 1) < 1e-6)
  }

  @Test(
    "Channels have statistics of their own, over the training split alone, and a constant one divides by 1")
  func channels() {
    let images = LabelledImages(
      shape: PixelShape(channels: 3, height: 1, width: 2), classes: 2,
      pixels: [10, 20, 0, 0, 7, 7, 30, 40, 0, 255, 7, 7, 99, 99, 99, 99, 99, 99], labels: [0, 1, 0])
    let part = Split(images: images, indices: [2])
    let splits = DataSplits(
      name: "x", train: Split(images: images, indices: [1, 0]), validation: part, test: part)
    #expect(splits.mean == [25, 63.75, 7])
    #expect(splits.standardDeviation == [Float(125.0.squareRoot()), Float((12192.1875).squareRoot()), 1])
  }

  @Test("A limited data set has the first images of each split and its own statistics")
  func limited() throws {
    let splits = try fashion()
    let part = splits.limited(train: 10, test: 3)
    #expect(part.train.indices == Array(splits.train.indices.prefix(10)))
    #expect(part.validation.indices == splits.validation.indices)
    #expect(part.test.indices == [0, 1, 2])
    #expect(part.mean != splits.mean)
    #expect(splits.limited(train: 1000).train.count == splits.train.count)
    #expect(part.contentHash() != splits.contentHash())
  }
}
