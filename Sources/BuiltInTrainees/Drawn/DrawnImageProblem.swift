import Datasets
import Foundation
import NeuralNet

/// A drawn problem of the image classifier: pictures of random strokes, and one of the built-in convolutional networks.
///
/// Networks that people use begin otherwise than those of ``DrawnProblem``: their signals pass pooling and dense layers
/// from small weights, so that the loss may stay at chance for a while.
public struct DrawnImageProblem: Sendable, Equatable {
  /// Pictures, optimizer, batch and budget; its network has no part in it.
  public var pictures: DrawnProblem
  /// The network.
  public var model: ModelSpecification

  /// A problem sampled from a range; the same seed gives the same problem.
  ///
  /// Pictures have 12 to 28 pixels a side and 3 to 20 classes (or 2, in 30 %). The network is LeNet-5 in half of the
  /// problems, and else a small one with batch norm, or three quarters, half or a quarter of either. A run has at most 20 times
  /// the operations that the range caps sampled runs at, with the same ``DrawnRange/reach``.
  ///
  /// - Precondition: ``DrawnRange/validate()`` accepts the range.
  public static func sampled(seed: UInt64, from range: DrawnRange) -> DrawnImageProblem {
    var random = DrawnRandom(seed: seed, stream: .images)
    while true {
      let side = 12 + random.index(below: 17)
      let classes = Pictures.sampleClasses(using: &random)
      let width = [1, 0.75, 0.5, 0.25][random.index(below: 4)]
      let kind: ModelSpecification = random.chance(0.5) ? .leNet : .smallCNN()
      let labelNoise = random.chance(0.3) ? 0 : random.uniform(0, 0.3)
      let mixed = DrawnProblem.optimizer(using: &random)
      var pictures = DrawnProblem(
        seed: seed, family: .pictures, inputs: side * side, classes: classes,
        trainCount: random.logUniform(in: range.trainCounts), validationCount: range.validationCount,
        testCount: 1, labelNoise: Double(labelNoise),
        network: DrawnNetwork(layers: 0, width: 1, convolutions: 1),
        optimizer: range.optimizer ?? mixed,
        batchSize: range.batchSizes[random.index(below: range.batchSizes.count)],
        stepBudget: random.logUniform(in: range.budgets))
      pictures.average(share: range.averaging)
      guard let model = try? kind.scaled(by: width),
        let problem = DrawnImageProblem(pictures: pictures, model: model).kept(range, using: &random)
      else { continue }
      return problem
    }
  }

  private func kept(_ range: DrawnRange, using random: inout DrawnRandom) -> DrawnImageProblem? {
    let operations = Self.operations(
      of: model, side: side, classes: pictures.classes, batchSize: pictures.batchSize,
      steps: pictures.stepBudget)
    guard let operations else { return nil }
    let excess = operations / (Self.times * range.operations)
    guard excess > 1 else { return self }
    return excess <= range.reach && random.chance(Float(1 / excess)) ? self : nil
  }

  /// The cap of ``DrawnRange/operations`` that lets the cheapest problem of the range through.
  static func fewestOperations(in range: DrawnRange) -> Double {
    let (batchSize, steps) = (range.batchSizes.min() ?? 1, range.budgets.lowerBound)
    let cheapest = [ModelSpecification.scaledLeNet(width: 0.25), .smallCNN(width: 0.25)].compactMap {
      operations(of: $0, side: 12, classes: 2, batchSize: batchSize, steps: steps)
    }
    return (cheapest.min() ?? 0) / times
  }

  /// How many times the cap of other problems is the cap of these.
  private static let times = 20.0

  private static func operations(
    of model: ModelSpecification, side: Int, classes: Int, batchSize: Int, steps: Int
  ) -> Double? {
    let shape = Model.Shape(channels: 1, height: side, width: side)
    guard let model = try? model.model(input: shape, classes: classes) else { return nil }
    return 2 * Double(model.trainingMultiplyAdds) * Double(batchSize) * Double(steps)
  }

  private var side: Int { Pictures.side(inputs: pictures.inputs) }

  /// Draws the pictures; the same problem gives the same bits.
  public func data() -> DataSplits {
    let drawn = DrawnData(pictures)
    let count = pictures.trainCount + pictures.validationCount + pictures.testCount
    var squares = 0.0
    for index in 0..<pictures.trainCount {
      for place in 0..<pictures.inputs {
        squares += Double(drawn.row(index)[place] * drawn.row(index)[place])
      }
    }
    // Three deviations on each side of the middle.
    let scale = Float(42 / (squares / Double(pictures.trainCount * pictures.inputs)).squareRoot())
    var pixels = [UInt8](repeating: 0, count: count * pictures.inputs)
    for index in 0..<count {
      let row = drawn.row(index)
      for place in 0..<pictures.inputs {
        pixels[index * pictures.inputs + place] = UInt8(min(max(128 + scale * row[place], 0), 255))
      }
    }
    let images = LabelledImages(
      shape: PixelShape(channels: 1, height: side, width: side), classes: pictures.classes, pixels: pixels,
      labels: drawn.labels.elements.map { UInt8($0) })
    func split(_ range: Range<Int>) -> Split { Split(images: images, indices: range.map(Int32.init)) }
    let (train, validation) = (pictures.trainCount, pictures.validationCount)
    return DataSplits(
      name: "drawn pictures \(pictures.seed)", train: split(0..<train),
      validation: split(train..<train + validation), test: split(train + validation..<count))
  }
}
