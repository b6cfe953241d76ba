import Foundation
import NeuralNet
import Randomness
import Testing

/// Values computed by PyTorch; Scripts/fixtures/neural_net.py makes the file.
struct Reference: Decodable {
  struct Steps: Decodable {
    var name: String
    var values: [[Float]]
  }

  struct Parameter: Decodable {
    var name: String
    var shape: [Int]
    var sum: Double
    var norm: Double
  }

  struct Curve: Decodable {
    var optimizer: String
    var rate: Double
    var losses: [Double]
    var evaluation: Double
  }

  struct Network: Decodable {
    var name: String
    var channels: Int
    var size: Int
    var classes: Int
    var count: Int
    var batch: Int
    var parameters: [Parameter]
    var curves: [Curve]
  }

  var optimizers: [Steps]
  var models: [Network]

  static func load() throws -> Reference {
    let url = try #require(
      Bundle.module.url(forResource: "pytorch", withExtension: "json", subdirectory: "Fixtures"))
    return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
  }
}

/// The script's generator: Knuth's MMIX, 24 bits a number.
struct LinearCongruentialGenerator {
  var state: UInt64

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 40) * 0x1p-24
  }

  mutating func values(_ count: Int, bound: Double) -> [Float] {
    (0..<count).map { _ in Float((2 * next() - 1) * bound) }
  }
}

extension Reference.Network {
  func model() throws -> Model {
    let input = Model.Shape(channels: channels, height: size, width: size)
    return switch name {
    case "leNet": try Model.leNet(input: input, classes: classes)
    case "wideLeNet": try Model.wideLeNet(input: input, classes: classes)
    default: try Model.resNet(input: input, classes: classes, widths: [8, 16], blocks: 2)
    }
  }

  func network(threads: Int = 1, instructionSet: InstructionSet = .best) throws -> Network {
    var generator = SeededGenerator(seed: 0)
    let network = Network(
      try model(), maximumBatch: batch, threads: threads, instructionSet: instructionSet,
      generator: &generator)
    fill(network)
    return network
  }

  /// The script's weights: even in one over the root of the fan-in, scales of batch normalisation around 1.
  private func fill(_ network: Network) {
    var generator = LinearCongruentialGenerator(state: 1)
    var fanIn = 1
    for entry in network.model.parameters.entries {
      let isNorm = entry.name.contains("bn") || entry.name.contains("downsample.1")
      if entry.shape.count > 1 { fanIn = entry.shape.dropFirst().reduce(1, *) }
      let bound = isNorm ? 0.25 : 1 / Double(fanIn).squareRoot()
      let centre: Float = isNorm && entry.name.hasSuffix("weight") ? 1 : 0
      for (place, value) in zip(entry.range, generator.values(entry.range.count, bound: bound)) {
        network.parameters.elements[place] = value + centre
      }
    }
  }

  /// The script's images: input = pixel / 64 - 2 + channel / 4.
  func images() -> ImageSource {
    var generator = LinearCongruentialGenerator(state: 2)
    let pixels = (0..<count * channels * size * size).map { _ in UInt8(generator.next() * 256) }
    let labels = (0..<count).map { _ in UInt8(generator.next() * Double(classes)) }
    return ImageSource(
      pixels: pixels, labels: labels, scale: [Float](repeating: 1 / 64, count: channels),
      shift: (0..<channels).map { Float($0) / 4 - 2 })
  }

  /// Ten steps of a curve, and the loss in evaluation mode after them.
  func train(_ network: Network, _ curve: Reference.Curve) throws -> (losses: [Double], evaluation: Double) {
    let source = images()
    let optimizer = Optimizer(
      try .init(name: curve.optimizer), count: network.parameters.count,
      instructionSet: network.instructionSet)
    let losses = (0..<10).map { step in
      network.trainStep(
        source, indices: (0..<batch).map { Int32((step * batch + $0) % count) }, learningRate: curve.rate,
        optimizer: optimizer)
    }
    let evaluation = network.evaluate(source, indices: (0..<count).map { Int32($0) })
    return (losses, evaluation.lossSum / Double(count))
  }
}

/// Whether two numbers agree relative to the second.
func isClose(_ value: Double, _ expected: Double, relative: Double) -> Bool {
  abs(value - expected) <= relative * abs(expected)
}
