import NeuralNet
import Randomness
import Testing

@Suite("Networks over rows")
struct RowNetworkTests {
  static let models: [RowModel] = [
    RowModel(inputs: 5, outputs: 3, hidden: [], activation: .relu),
    RowModel(inputs: 5, outputs: 1, hidden: [7], activation: .tanh),
    RowModel(inputs: 20, outputs: 4, hidden: [8, 8, 8], activation: .gelu, isResidual: true),
    RowModel(inputs: 9, outputs: 3, hidden: [18, 18], activation: .tanh, normalizes: true, isResidual: true),
    RowModel(inputs: 25, outputs: 2, convolutions: 2, hidden: [6], activation: .gelu),
    RowModel(inputs: 16, outputs: 2, convolutions: 1, hidden: [], activation: .tanh, normalizes: true),
  ]

  /// Rows, and classes or values for them.
  private struct Rows {
    let x: AlignedBuffer<Float>
    let labels: AlignedBuffer<Int32>
    let values: AlignedBuffer<Float>
    let targets: RowTargets

    init(_ model: RowModel, count: Int) {
      var generator = SeededGenerator(seed: 8)
      x = AlignedBuffer(count: count * model.stride)
      labels = AlignedBuffer(count: count)
      values = AlignedBuffer(count: count)
      for row in 0..<count {
        for input in 0..<model.inputs {
          x.pointer[row * model.stride + input] = Float(generator.nextNormal())
        }
        labels.pointer[row] = Int32(generator.nextIndex(below: model.outputs))
        values.pointer[row] = Float(generator.nextNormal())
      }
      targets = RowTargets(
        labels: model.outputs > 1 ? UnsafePointer(labels.pointer) : nil, values: values.pointer)
    }
  }

  @Test("Gradients agree with central differences, and the halves of a batch add up to it", arguments: models)
  func gradients(model: RowModel) {
    let network = RowNetwork(model, instructionSet: .naive)
    var generator = SeededGenerator(seed: 1)
    network.initialize(scale: 1, using: &generator)
    let rows = Rows(model, count: 6)
    let half = AlignedBuffer<Float>(count: model.count)
    _ = network.lossAndGradient(rows.x.pointer, rows.targets, count: 6, half: half)
    let split = Array(network.gradient.elements)
    let loss = network.lossAndGradient(rows.x.pointer, rows.targets, count: 6)
    let gradient = Array(network.gradient.elements)
    #expect(zip(split, gradient).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(abs(loss - network.loss(rows.x.pointer, rows.targets, count: 6)) < 1e-6)
    var (checked, largest) = (0, 0.0)
    for place in stride(from: 0, to: model.count, by: 3) {
      let value = network.parameters.pointer[place]
      let step: Float = 1e-2
      network.parameters.pointer[place] = value + step
      let above = network.loss(rows.x.pointer, rows.targets, count: 6)
      network.parameters.pointer[place] = value - step
      let below = network.loss(rows.x.pointer, rows.targets, count: 6)
      network.parameters.pointer[place] = value
      // Padding has no gradient, though changing it would change the loss.
      guard value != 0 || gradient[place] != 0 else { continue }
      checked += 1
      largest = max(largest, abs((above - below) / Double(2 * step) - Double(gradient[place])))
    }
    #expect(checked > 4 && largest < 2e-3, "\(checked) checked, \(largest)")
  }

  @Test("Padding stays zero, so that widths that are no multiple of 16 are what they say", arguments: models)
  func padding(model: RowModel) {
    let network = RowNetwork(model)
    var generator = SeededGenerator(seed: 2)
    network.initialize(scale: 1, using: &generator)
    let rows = Rows(model, count: 33)
    let isReal = network.parameters.elements.map { $0 != 0 }
    for _ in 0..<3 {
      _ = network.lossAndGradient(rows.x.pointer, rows.targets, count: 33)
      for place in 0..<model.count {
        network.parameters.pointer[place] -= 0.1 * network.gradient.pointer[place]
      }
    }
    let changed = network.parameters.elements.indices.count {
      network.parameters.pointer[$0] != 0 && !isReal[$0]
    }
    // Biases begin at zero and may move; nothing else does.
    #expect(changed <= model.realCount - isReal.count(where: \.self))
  }

  @Test("One object becomes another network", arguments: models)
  func reuse(model: RowModel) {
    let rows = Rows(model, count: 10)
    func loss(_ network: RowNetwork) -> Double {
      var generator = SeededGenerator(seed: 3)
      network.initialize(scale: 1, using: &generator)
      return network.lossAndGradient(rows.x.pointer, rows.targets, count: 10)
    }
    let used = RowNetwork(Self.models[3])
    used.use(model)
    #expect(loss(used) == loss(RowNetwork(model)))
  }
}
