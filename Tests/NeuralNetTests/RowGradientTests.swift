import Randomness
import Testing

@testable import NeuralNet

/// Gradients of networks over rows against central differences of the loss, which share nothing with the backward pass.
@Suite("Gradients of networks over rows")
struct RowGradientTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let model: RowModel
    let batch: Int

    init(_ name: String, batch: Int, _ model: RowModel) {
      (testDescription, self.batch, self.model) = (name, batch, model)
    }
  }

  static let cases: [Case] = [
    Case(
      "linear classes", batch: 5, RowModel(inputs: 13, outputs: 3, hidden: [], activation: .relu)),
    Case(
      "linear regression", batch: 17,
      RowModel(inputs: 16, outputs: 1, hidden: [], activation: .relu)),
    Case("relu", batch: 16, RowModel(inputs: 9, outputs: 4, hidden: [8, 8], activation: .relu)),
    Case(
      "tanh", batch: 33, RowModel(inputs: 33, outputs: 20, hidden: [48, 17], activation: .tanh)),
    Case("gelu", batch: 7, RowModel(inputs: 64, outputs: 2, hidden: [130], activation: .gelu)),
    Case(
      "layer norm", batch: 16,
      RowModel(inputs: 20, outputs: 5, hidden: [19, 40], activation: .tanh, normalizes: true)),
    Case(
      "residual", batch: 16,
      RowModel(
        inputs: 12, outputs: 1, hidden: [24, 24, 24, 24], activation: .gelu, isResidual: true)),
    Case(
      "residual with layer norm", batch: 6,
      RowModel(
        inputs: 12, outputs: 3, hidden: [24, 24, 24], activation: .gelu, normalizes: true,
        isResidual: true)
    ),
    Case(
      "convolution", batch: 5,
      RowModel(inputs: 25, outputs: 3, convolutions: 1, hidden: [], activation: .tanh)),
    Case(
      "two convolutions and a dense layer", batch: 9,
      RowModel(inputs: 49, outputs: 4, convolutions: 2, hidden: [24], activation: .gelu)),
    Case(
      "convolutions with layer norm", batch: 4,
      RowModel(
        inputs: 64, outputs: 4, convolutions: 2, hidden: [8, 8], activation: .tanh, normalizes: true
      )),
    Case(
      "batch norm", batch: 16,
      RowModel(inputs: 20, outputs: 5, hidden: [19, 40], activation: .tanh, batchNormalizes: true)),
    Case(
      "convolutions with batch norm", batch: 9,
      RowModel(
        inputs: 49, outputs: 3, convolutions: 2, hidden: [8], activation: .gelu,
        batchNormalizes: true)
    ),
    Case(
      "residual with batch norm and dropout", batch: 12,
      RowModel(
        inputs: 12, outputs: 1, hidden: [24, 24, 24], activation: .tanh, isResidual: true,
        batchNormalizes: true, dropout: 0.3)),
    Case(
      "dropout", batch: 21,
      RowModel(inputs: 9, outputs: 4, hidden: [20, 8], activation: .gelu, dropout: 0.5)),
  ]

  @Test("Along the gradient and along single parameters of every layer", arguments: cases)
  func centralDifferences(of example: Case) {
    for set in InstructionSet.available {
      var setup = RowSetup(example.model, batch: example.batch, instructionSet: set)
      _ = setup.network.lossAndGradient(setup.x.pointer, setup.targets, count: example.batch)
      let gradient = Array(setup.network.gradient.elements)
      // The same outputs are dropped again.
      setup.network.trainingPasses = 0
      let largest = gradient.map(abs).max() ?? 0
      let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      var directions = [gradient.map { $0 / norm }]
      // Padding takes part in no loss and has no gradient; a weight that was drawn is not 0.
      let real = gradient.indices.filter { setup.network.parameters.pointer[$0] != 0 }
      for _ in 0..<20 {
        var single = [Float](repeating: 0, count: gradient.count)
        single[real[setup.generator.nextIndex(below: real.count)]] = 1
        directions.append(single)
      }
      for direction in directions {
        let expected = zip(gradient, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        let errors = [2e-2, 5e-3, 1e-3].map { (step: Float) in
          abs(setup.rise(along: direction, by: step) / Double(2 * step) - expected)
        }
        let error = errors.min() ?? .infinity
        #expect(
          error <= 0.003 * abs(expected) + 0.002 * Double(largest) + 1e-5, "\(set), \(expected)")
      }
    }
  }

  @Test(
    "Halves of a batch: the second is that of its rows alone, and the whole is unchanged",
    arguments: cases)
  func halves(of example: Case) {
    let (batch, first) = (example.batch, example.batch / 2)
    let setup = RowSetup(example.model, batch: batch, instructionSet: .best)
    let network = setup.network
    let loss = network.lossAndGradient(setup.x.pointer, setup.targets, count: batch)
    let whole = Array(network.gradient.elements)
    network.trainingPasses = 0
    let half = AlignedBuffer<Float>(count: example.model.count)
    let split = network.lossAndGradient(setup.x.pointer, setup.targets, count: batch, half: half)
    #expect(loss == split)
    #expect(distance(Array(network.gradient.elements), whole) < 1e-5)
    // The rows of a half have other statistics and other dropped outputs.
    if example.model.batchNormalizes || example.model.dropout > 0 { return }
    let rows = RowTargets(
      labels: setup.targets.labels.map { $0 + first }, values: setup.targets.values + first)
    _ = network.lossAndGradient(
      setup.x.pointer + first * example.model.stride, rows, count: batch - first)
    let share = Float(batch - first) / Float(batch)
    #expect(distance(Array(half.elements), network.gradient.elements.map { $0 * share }) < 1e-5)
  }

  @Test("Padding stays 0 in gradients and weights", arguments: cases)
  func padding(of example: Case) {
    let setup = RowSetup(example.model, batch: example.batch, instructionSet: .best)
    _ = setup.network.lossAndGradient(setup.x.pointer, setup.targets, count: example.batch)
    let used = setup.network.parameters.elements.map { $0 != 0 }
    #expect(used.count { $0 } == example.model.realCount)
    #expect(zip(setup.network.gradient.elements, used).allSatisfy { $1 || $0 == 0 })
  }

  private func distance(_ actual: [Float], _ expected: [Float]) -> Float {
    let magnitude = expected.map(abs).max() ?? 0
    return (zip(actual, expected).map { abs($0 - $1) }.max() ?? 0) / max(magnitude, 1e-20)
  }
}

/// A network with random weights, rows and targets.
private struct RowSetup {
  let network: RowNetwork
  let x: AlignedBuffer<Float>
  let batch: Int
  var generator = SeededGenerator(seed: 3)
  private let labels: AlignedBuffer<Int32>
  private let values: AlignedBuffer<Float>

  init(_ model: RowModel, batch: Int, instructionSet: InstructionSet) {
    self.batch = batch
    network = RowNetwork(model, instructionSet: instructionSet)
    x = AlignedBuffer(count: batch * model.stride)
    labels = AlignedBuffer(count: batch)
    values = AlignedBuffer(count: batch)
    network.initialize(scale: 1, using: &generator)
    for layer in model.layers {
      for place in layer.bias..<layer.bias + layer.outputs {
        network.parameters.pointer[place] = Float(generator.nextNormal()) / 4
      }
    }
    for row in 0..<batch {
      for column in 0..<model.inputs {
        x.pointer[row * model.stride + column] = Float(generator.nextNormal())
      }
      labels.pointer[row] = Int32(generator.nextIndex(below: model.outputs))
      values.pointer[row] = Float(generator.nextNormal())
    }
  }

  var targets: RowTargets {
    RowTargets(
      labels: network.model.outputs > 1 ? UnsafePointer(labels.pointer) : nil,
      values: values.pointer)
  }

  /// What the loss rises by from `-step` to `step` along a direction.
  func rise(along direction: [Float], by step: Float) -> Double {
    let start = Array(network.parameters.elements)
    defer { network.parameters.assign(start) }
    func loss(_ step: Float) -> Double {
      network.parameters.assign(zip(start, direction).map { $0 + step * $1 })
      return network.loss(x.pointer, targets, count: batch)
    }
    return loss(step) - loss(-step)
  }
}
