import Foundation
import NeuralNet
import Randomness
import Testing

@Suite("Networks")
struct NetworkTests {
  /// Everything that a few steps leave behind.
  private struct Outcome: Equatable {
    var losses: [Double]
    var parameters: [Float]
    var statistics: [Float]
    var lossSum: Double
    var correct: Int
    var probabilities: [Float]
  }

  static let models: [ModelSpecification] = [
    .leNet, .cifarResNet(blocks: 1, width: 3), .wideLeNet(width: 0.1, dropout: 0.4),
    .mlp(width: 0.3), .smallCNN(width: 0.3),
  ]

  @Test(
    "Threads do not change a bit, with full and with partial tiles", arguments: models,
    InstructionSet.available)
  func threads(model: ModelSpecification, instructionSet: InstructionSet) throws {
    for batch in [1, 16, 90, 520] {
      let expected = try outcome(model, batch: batch, threads: 1, instructionSet)
      for threads in [2, 3, 9] {
        #expect(
          try outcome(model, batch: batch, threads: threads, instructionSet) == expected, "batch \(batch)")
      }
    }
  }

  @Test("A smaller batch than the largest allowed gives the same gradient", arguments: models)
  func smallerBatch(model: ModelSpecification) throws {
    let gradients = try [37, 200].map { maximum in
      var generator = SeededGenerator(seed: 1)
      let network = Network(try build(model), maximumBatch: maximum, generator: &generator)
      let source = randomImages(40, of: network.model, using: &generator)
      _ = network.lossAndGradient(source, indices: (0..<40).reversed().map { Int32($0) }.suffix(37))
      return Array(network.gradient.elements)
    }
    #expect(gradients[0] == gradients[1])
  }

  @Test("Evaluation does not depend on which other images are evaluated", arguments: models)
  func evaluationAlone(model: ModelSpecification) throws {
    var generator = SeededGenerator(seed: 1)
    let network = Network(try build(model), maximumBatch: 32, generator: &generator)
    let source = randomImages(50, of: network.model, using: &generator)
    _ = network.lossAndGradient(source, indices: (0..<32).map { $0 })
    let all = AlignedBuffer<Float>(count: 500)
    let (lossSum, correct) = network.evaluate(
      source, indices: (0..<50).map { $0 }, probabilities: all.elements)
    let one = AlignedBuffer<Float>(count: 10)
    var (losses, hits) = (0.0, 0)
    for image in 0..<50 {
      let alone = network.evaluate(source, indices: [Int32(image)], probabilities: one.elements)
      losses += alone.lossSum
      hits += alone.correct
      for label in 0..<10 { #expect(abs(one.elements[label] - all.elements[10 * image + label]) < 1e-6) }
    }
    #expect(abs(losses - lossSum) < 1e-4 && hits == correct)
    #expect(network.evaluate(source, indices: []) == (0, 0))
  }

  @Test("LeNet has the published number of parameters and multiplications")
  func leNetSize() throws {
    let model = try Model.leNet(input: .init(channels: 1, height: 28, width: 28), classes: 10)
    #expect(model.parameters.count == 61_706)
    #expect(model.multiplyAdds == 6 * 25 * 784 + 16 * 150 * 100 + 400 * 120 + 120 * 84 + 84 * 10)
    #expect(model.trainingMultiplyAdds == 3 * model.multiplyAdds - 6 * 25 * 784)
    #expect(model.lastDenseWeights == model.parameters["fc3.weight"]?.range)
  }

  @Test("The MLP and the small CNN have the parameters that they promise, and scale")
  func smallModels() throws {
    let grey = Model.Shape(channels: 1, height: 28, width: 28)
    #expect(try Model.mlp(input: grey, classes: 10).parameters.count == 118_282)
    #expect(try Model.smallCNN(input: grey, classes: 10).parameters.count == 24_058)
    let mlp = try ModelSpecification.mlp().scaled(by: 0.5)
    #expect(mlp.description == "MLP x0.5")
    #expect(try mlp.model(input: grey, classes: 10).parameters.count == 784 * 64 + 64 + 64 * 64 + 64 + 650)
    let cnn = try ModelSpecification.smallCNN().scaled(by: 2)
    #expect(cnn.description == "Small CNN x2.0")
    #expect(try cnn.model(input: grey, classes: 10).parameters["conv3.weight"]?.range.count == 128 * 64 * 9)
    #expect(throws: ModelError.self) { try ModelSpecification.mlp().scaled(by: 1000) }
    #expect(throws: ModelError.self) { try ModelSpecification.smallCNN().scaled(by: 0) }
  }

  @Test("The wide LeNet has the parameters of TensorFlow's, and starts as TensorFlow does")
  func wideLeNet() throws {
    let model = try Model.wideLeNet(input: .init(channels: 1, height: 28, width: 28), classes: 10)
    #expect(model.parameters.count == 832 + 51_264 + 3136 * 1024 + 1024 + 10_250)
    #expect(model.multiplyAdds == 25 * 32 * 784 + 800 * 64 * 196 + 3136 * 1024 + 10_240)
    var generator = SeededGenerator(seed: 3)
    let network = Network(model, maximumBatch: 1, generator: &generator)
    let fans = ["conv1": 25 + 800, "conv2": 800 + 1600, "fc1": 3136 + 1024, "fc2": 1024 + 10]
    for (layer, fan) in fans {
      let place = try #require(model.parameters[layer + ".weight"]).range
      let weights = Array(network.parameters.elements[place])
      let bound = (6 / Float(fan)).squareRoot()
      let largest = try #require(weights.map(abs).max())
      #expect(largest <= bound && largest > 0.98 * bound, "\(layer)")
      #expect(abs(weights.reduce(0, +) / Float(weights.count)) < 0.1 * bound, "\(layer)")
      let biases = network.parameters.elements[try #require(model.parameters[layer + ".bias"]).range]
      #expect(biases.allSatisfy { $0 == 0 }, "\(layer)")
    }
    let narrow = try ModelSpecification.wideLeNet().scaled(by: 0.5)
    #expect(narrow == .wideLeNet(width: 0.5) && narrow.description == "Wide LeNet x0.5")
    #expect(throws: ModelError.self) { try ModelSpecification.wideLeNet().scaled(by: 0) }
  }

  @Test("Dropout leaves out its share of the units, the same for a seed, and none in evaluation")
  func dropout() throws {
    let input = Model.Shape(channels: 1, height: 8, width: 8)
    func unitsInUse(dropout: Double, seed: UInt32) throws -> (units: Set<Int>, evaluation: Double) {
      let model = try Model.wideLeNet(input: input, classes: 10, dropout: dropout)
      var generator = SeededGenerator(seed: 1)
      let network = Network(model, maximumBatch: 1, generator: &generator)
      let source = randomImages(1, of: model, using: &generator)
      network.dropoutSeed = seed
      _ = network.lossAndGradient(source, indices: [0])
      let place = try #require(model.parameters["fc2.weight"]).range
      let gradient = Array(network.gradient.elements[place])
      return (
        Set((0..<1024).filter { unit in (0..<10).contains { gradient[$0 * 1024 + unit] != 0 } }),
        network.evaluate(source, indices: [0]).lossSum
      )
    }
    let all = try unitsInUse(dropout: 0, seed: 1)
    let some = try unitsInUse(dropout: 0.4, seed: 1)
    let others = try unitsInUse(dropout: 0.4, seed: 2)
    // Four standard deviations of a binomial share of 500 units are 0.09.
    for kept in [some.units, others.units] {
      #expect(kept.isStrictSubset(of: all.units))
      #expect(abs(Double(kept.count) / Double(all.units.count) - 0.6) < 0.09)
    }
    #expect(some.units != others.units)
    #expect(try unitsInUse(dropout: 0.4, seed: 1).units == some.units)
    #expect(some.evaluation == all.evaluation)
    #expect(throws: ModelError.self) { try Model.wideLeNet(input: input, classes: 10, dropout: 1) }
  }

  @Test(
    "The wide LeNet's gradient is that of the naive kernels",
    arguments: [Model.Shape(channels: 1, height: 28, width: 28), .init(channels: 3, height: 32, width: 32)],
    InstructionSet.available.filter { $0 != .naive })
  func wideGradient(input: Model.Shape, instructionSet: InstructionSet) throws {
    let model = try Model.wideLeNet(input: input, classes: 10)
    let gradients = [InstructionSet.naive, instructionSet].map { instructionSet in
      var generator = SeededGenerator(seed: 5)
      let network = Network(
        model, maximumBatch: 18, instructionSet: instructionSet, generator: &generator)
      let source = randomImages(18, of: model, using: &generator)
      _ = network.lossAndGradient(source, indices: (0..<18).map { Int32($0) })
      return Array(network.gradient.elements)
    }
    for entry in model.parameters.entries {
      let (expected, fast) = (gradients[0][entry.range], gradients[1][entry.range])
      let norm = expected.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      let error = zip(expected, fast).reduce(0) { $0 + pow(Double($1.0 - $1.1), 2) }.squareRoot()
      #expect(norm > 0 && error < 1e-4 * norm, "\(entry.name): \(error / norm)")
    }
  }

  @Test("A width scales every layer but the last, and nothing where it is 1")
  func widths() throws {
    let input = Model.Shape(channels: 1, height: 28, width: 28)
    let double = try ModelSpecification.leNet.scaled(by: 2).model(input: input, classes: 10)
    let dense = 800 * 240 + 240 + 240 * 168 + 168 + 168 * 10 + 10
    #expect(double.parameters.count == 12 * 25 + 12 + 32 * 300 + 32 + dense)
    #expect(try ModelSpecification.leNet.scaled(by: 1) == .leNet)
    #expect(
      try ModelSpecification.resNet18().scaled(by: 0.01) == .resNet(widths: [1, 1, 3, 5], blocks: 2))
    for width in [0, -1, .nan, 101] {
      #expect(throws: ModelError.self) { try ModelSpecification.leNet.scaled(by: width) }
    }
  }

  @Test("ResNet-18 has the published number of parameters")
  func resNetSize() throws {
    let model = try Model.resNet(input: .init(channels: 3, height: 32, width: 32), classes: 10)
    #expect(model.parameters.count == 11_173_962)
    #expect(model.statistics.count == 2 * (4800))
    #expect(ModelSpecification.resNet18().description == "ResNet-18 (64-128-256-512)")
    #expect(ModelSpecification.cifarResNet(blocks: 9).description == "ResNet-56 (16-32-64)")
  }

  @Test("Networks that do not fit their images are refused in words")
  func misfits() throws {
    #expect(throws: ModelError.self) {
      try Model.leNet(input: .init(channels: 1, height: 8, width: 8), classes: 10)
    }
    #expect(throws: ModelError.self) {
      try Model.leNet(input: .init(channels: 0, height: 28, width: 28), classes: 10)
    }
    #expect(throws: ModelError.self) {
      try Model.leNet(input: .init(channels: 1, height: 28, width: 28), classes: 257)
    }
    #expect(throws: ModelError.self) {
      try Model.resNet(input: .init(channels: 3, height: 32, width: 16), classes: 10)
    }
    var builder = try ModelBuilder(input: .init(channels: 3, height: 8, width: 8))
    let value = builder.relu(builder.input)
    let flat = try builder.dense(value, "fc", outputs: 2)
    #expect(throws: ModelError.self) { try builder.build(logits: value) }
    #expect(throws: ModelError.self) { try builder.add(value, flat) }
    #expect(throws: ModelError.self) { try builder.maxPool(value, size: 9) }
  }

  @Test("The environment chooses the instruction set, and a wrong name is refused with the right ones")
  func instructionSets() throws {
    #expect(try InstructionSet.chosen(environment: [:]) == .best)
    #expect(try InstructionSet.chosen(environment: ["METALR_ISA": "Naive"]) == .naive)
    let error = try #require(throws: InstructionSetError.self) {
      try InstructionSet.chosen(environment: ["METALR_ISA": "sse9"])
    }
    #expect(error.description.contains("'sse9'") && error.description.contains("naive"))
  }

  @Test("Optimizers are found by name, and states of other sizes are refused")
  func optimizers() throws {
    for configuration in Optimizer.Configuration.all {
      #expect(try Optimizer.Configuration(name: configuration.name.uppercased()) == configuration)
      try configuration.validate()
      let optimizer = Optimizer(configuration, count: 3)
      var values: [Float] = [1, 2, 3]
      optimizer.step(parameters: &values, gradient: [1, -1, 0.5], learningRate: 0.1)
      let saved = optimizer.state
      #expect(throws: OptimizerError.self) { try Optimizer(configuration, count: 4).restore(saved) }
      optimizer.reset()
      #expect(optimizer.state == Optimizer(configuration, count: 3).state && saved != optimizer.state)
    }
    #expect(throws: OptimizerError.unknownName("adm")) { try Optimizer.Configuration(name: "adm") }
  }

  private func build(_ specification: ModelSpecification) throws -> Model {
    try specification.model(input: .init(channels: 2, height: 16, width: 16), classes: 10)
  }

  private func outcome(
    _ specification: ModelSpecification, batch: Int, threads: Int, _ instructionSet: InstructionSet
  ) throws -> Outcome {
    var generator = SeededGenerator(seed: 7)
    let network = Network(
      try build(specification), maximumBatch: batch, threads: threads, instructionSet: instructionSet,
      generator: &generator)
    let source = randomImages(150, of: network.model, using: &generator)
    let optimizer = Optimizer(
      .adam(), count: network.parameters.count, instructionSet: instructionSet)
    let losses = (0..<2).map { step in
      network.trainStep(
        source, indices: (0..<batch).map { Int32(($0 + step) % 150) }, learningRate: 0.01,
        optimizer: optimizer)
    }
    let probabilities = AlignedBuffer<Float>(count: 10 * 150)
    let (lossSum, correct) = network.evaluate(
      source, indices: (0..<150).map { $0 }, probabilities: probabilities.elements)
    return Outcome(
      losses: losses, parameters: Array(network.parameters.elements),
      statistics: Array(network.statistics.elements), lossSum: lossSum, correct: correct,
      probabilities: Array(probabilities.elements))
  }
}
