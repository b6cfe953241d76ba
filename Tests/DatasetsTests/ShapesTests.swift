import Testing

@testable import Datasets

@Suite struct ShapesTests {
  private func small(_ change: (inout ShapesDataset.Configuration) -> Void = { _ in }) throws -> DataSplits {
    var configuration = ShapesDataset.Configuration()
    (configuration.train, configuration.validation, configuration.test) = (60, 20, 20)
    change(&configuration)
    return try ShapesDataset.draw(configuration)
  }

  @Test(
    "The same seed draws the same bits in every build and on every machine",
    arguments: [
      (1, 28, 0, "fb8e0b5584948e66a9bff61ec10fc37f"), (3, 32, 7, "f49cc9949781e8a6f016afd53a3b42e7"),
    ] as [(Int, Int, UInt64, String)])
  func seedDecides(channels: Int, size: Int, seed: UInt64, expected: String) throws {
    let splits = try small { ($0.channels, $0.size, $0.seed) = (channels, size, seed) }
    #expect(splits.contentHash() == expected)
    let other = try small { ($0.channels, $0.size, $0.seed) = (channels, size, seed + 1) }
    #expect(other.train.images.pixels != splits.train.images.pixels)
  }

  @Test("A picture depends on its place in its split alone, not on how many there are")
  func countsDoNotMatter() throws {
    let (few, many) = (try small(), try small { ($0.train, $0.test) = (90, 50) })
    #expect(many.train.images.pixels.starts(with: few.train.images.pixels))
    #expect(many.test.images.pixels.starts(with: few.test.images.pixels))
    #expect(many.validation.images.pixels == few.validation.images.pixels)
    #expect(!many.train.images.pixels.starts(with: few.validation.images.pixels))
  }

  @Test("Every class has as many pictures as the others")
  func balance() throws {
    let labels = try small().train.images.labels
    for label in 0..<10 {
      #expect(labels.count { $0 == label } == 6)
    }
  }

  @Test("Grey and colour of any size", arguments: [(1, 28), (3, 32), (3, 12), (1, 40)])
  func shapes(channels: Int, size: Int) throws {
    let splits = try small { ($0.channels, $0.size) = (channels, size) }
    #expect(splits.shape == PixelShape(channels: channels, height: size, width: size))
    #expect(splits.train.images.pixels.count == 60 * channels * size * size)
    #expect(splits.mean.allSatisfy { 40 < $0 && $0 < 130 }, "\(splits.mean)")
    #expect(splits.standardDeviation.allSatisfy { 30 < $0 && $0 < 90 }, "\(splits.standardDeviation)")
    let picture = Array(splits.train.images.pixels.prefix(channels * size * size))
    let planesAreEqual = picture.prefix(size * size).elementsEqual(picture.suffix(size * size))
    #expect(planesAreEqual == (channels == 1))
  }

  @Test("All ten shapes cover about the same area, so that the area does not give the class away")
  func areas() {
    let steps = 200
    let areas = ShapeKind.allCases.map { kind in
      var inside = 0
      for row in 0..<steps {
        for column in 0..<steps {
          let (x, y) = (Float(column) / 50 - 1.99, Float(row) / 50 - 1.99)
          if kind.distance(x: x, y: y) < 0 { inside += 1 }
        }
      }
      return Double(inside) / Double(50 * 50)
    }
    #expect(areas.allSatisfy { 1.6 < $0 && $0 < 2.6 }, "\(areas)")
  }

  @Test("Classes cannot be told by their mean picture")
  func meanPicturesDoNotTell() throws {
    let splits = try small { ($0.train, $0.test) = (500, 100) }
    let (train, test) = (splits.train.images, splits.test.images)
    let size = train.shape.count
    var means = [[Double]](repeating: [Double](repeating: 0, count: size), count: 10)
    for (index, label) in train.labels.enumerated() {
      for position in 0..<size {
        means[Int(label)][position] += Double(train.pixels[index * size + position]) / 100
      }
    }
    let hits = test.labels.indices.count { index in
      let distances = means.map { mean in
        (0..<size).reduce(0.0) { total, position in
          let difference = Double(test.pixels[index * size + position]) - mean[position]
          return total + difference * difference
        }
      }
      return distances.firstIndex(of: distances.min() ?? 0) == Int(test.labels[index])
    }
    // Chance is a tenth.
    #expect(hits < 40, "\(hits) of 100 right")
  }

  @Test(
    "Impossible options are refused with their range",
    arguments: [
      ("channels", 2, "1 or 3 channels, not 2"),
      ("size", 11, "12 to 256 pixels wide and high, not 11"),
      ("size", 1 << 40, "12 to 256"),
      ("train", 0, "training images, not 0"),
      ("test", -5, "test images, not -5"),
    ])
  func impossibleOptions(option: String, value: Int, problem: String) {
    let text = message {
      _ = try small { configuration in
        switch option {
        case "channels": configuration.channels = value
        case "size": configuration.size = value
        case "train": configuration.train = value
        default: configuration.test = value
        }
      }
    }
    #expect(text.contains(problem), "\(text)")
  }

  @Test("More pictures than the memory holds are refused before any is drawn")
  func memory() throws {
    var configuration = ShapesDataset.Configuration()
    (configuration.train, configuration.validation, configuration.test) = (10_000, 1000, 1000)
    // 12,000 pictures of 28 x 28 bytes.
    try configuration.validate(memory: 9_408_000)
    let text = message { try configuration.validate(memory: 9_407_999) }
    #expect(text.contains("takes 0.0 GB of memory; there are 0.0 GB"), "\(text)")
    (configuration.channels, configuration.size, configuration.train) = (3, 256, 10_000_000)
    let large = message { try configuration.validate(memory: 1 << 40) }
    // 10,002,000 pictures of 3 x 256 x 256 bytes.
    #expect(large.contains("takes 1966.5 GB of memory; there are 1099.5 GB"), "\(large)")
  }
}
