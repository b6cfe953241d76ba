import NeuralNet
import Randomness
import Testing

@Suite("Batch normalization and dropout of networks over rows")
struct RowRegularizationTests {
  private static func rows(_ count: Int, of model: RowModel) -> (
    AlignedBuffer<Float>, AlignedBuffer<Float>
  ) {
    var generator = SeededGenerator(seed: 9)
    let x = AlignedBuffer<Float>(count: count * model.stride)
    for row in 0..<count {
      for column in 0..<model.inputs {
        x.pointer[row * model.stride + column] = Float(3 + generator.nextNormal())
      }
    }
    return (x, AlignedBuffer(count: count))
  }

  @Test("After many passes over one batch an evaluation of it gives the loss of training")
  func runningStatistics() {
    let model = RowModel(
      inputs: 7, outputs: 1, hidden: [20, 20], activation: .tanh, batchNormalizes: true)
    let network = RowNetwork(model)
    var generator = SeededGenerator(seed: 4)
    network.initialize(scale: 1, using: &generator)
    // The running variance is unbiased: 4,000 rows make the difference small.
    let (x, values) = Self.rows(4000, of: model)
    let targets = RowTargets(labels: nil, values: values.pointer)
    func evaluation() -> Double { network.evaluate(x.pointer, targets, count: 4000).loss / 4000 }
    let before = evaluation()
    var loss = 0.0
    for _ in 0..<150 { loss = network.loss(x.pointer, targets, count: 4000) }
    #expect(abs(evaluation() / loss - 1) < 1e-3)
    #expect(abs(before / loss - 1) > 1e-2)
  }

  @Test("A share of the outputs is dropped, others in every pass; an evaluation drops nothing")
  func dropout() {
    // Without an input the outputs are those of the biases, here 1 a unit, and the sum counts the units.
    let model = RowModel(inputs: 16, outputs: 1, hidden: [160], activation: .relu, dropout: 0.25)
    let network = RowNetwork(model)
    // The flat buffer: (16, 160) weights, 160 biases, (160, 16) weights.
    for unit in 0..<160 {
      network.parameters.pointer[16 * 160 + unit] = 1
      network.parameters.pointer[17 * 160 + 16 * unit] = 1 / 160
    }
    let (x, values) = (AlignedBuffer<Float>(count: 64 * 16), AlignedBuffer<Float>(count: 64))
    let targets = RowTargets(labels: nil, values: values.pointer)
    #expect(abs(network.evaluate(x.pointer, targets, count: 64).loss / 64 - 0.5) < 1e-5)
    network.dropoutSeed = 5
    // The mean of 160 numbers that are 0 or 4/3 has mean 1 and variance (1/3) / 160.
    let first = network.loss(x.pointer, targets, count: 64)
    #expect(first == network.loss(x.pointer, targets, count: 64))
    #expect(abs(first - 0.5 * (1 + 1.0 / 480)) < 0.02)
    network.trainingPasses += 1
    #expect(network.loss(x.pointer, targets, count: 64) != first)
  }
}
