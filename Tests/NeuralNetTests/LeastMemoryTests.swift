import Randomness
import Testing

@testable import NeuralNet

@Suite("The memory of a network before it is taken")
struct LeastMemoryTests {
  @Test(
    "It is at most what the network takes, and at least a quarter of it",
    arguments: [
      (ModelSpecification.leNet, 1000, 1), (.leNet, 64, 4), (.cifarResNet(blocks: 1, width: 8), 256, 1),
      (.cifarResNet(blocks: 1, width: 8), 64, 2),
    ])
  func estimate(specification: ModelSpecification, batch: Int, threads: Int) throws {
    let model = try specification.model(input: .init(channels: 1, height: 28, width: 28), classes: 10)
    var generator = SeededGenerator(seed: 1)
    let network = Network(model, maximumBatch: batch, threads: threads, generator: &generator)
    let least = Network.leastMemory(of: model, maximumBatch: batch, threads: threads)
    #expect(least <= network.memory)
    #expect(4 * least >= network.memory)
  }

  @Test("A ResNet of 100,000 blocks a stage, or of stages without end, is refused at once with its memory")
  func hugeResNets() throws {
    let input = Model.Shape(channels: 1, height: 28, width: 28)
    let error = #expect(throws: ModelError.self) {
      try ModelSpecification.cifarResNet(blocks: 100_000).model(input: input, classes: 10)
    }
    // 18 x (16^2 + 32^2 + 64^2) x 100,000 numbers of 16 bytes.
    #expect(error?.description.contains("at least 154.8 GB") == true)
    #expect(throws: ModelError.self) {
      try ModelSpecification.resNet(widths: [1 << 40], blocks: 1).model(input: input, classes: 10)
    }
  }
}
