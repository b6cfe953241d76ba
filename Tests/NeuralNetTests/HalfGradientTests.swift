import NeuralNet
import Randomness
import Testing

@Suite("Gradients of half batches, statistics of other weights")
struct HalfGradientTests {
  @Test("A half's part in the gradient is the gradient of its images", arguments: [1, 3])
  func half(threads: Int) throws {
    let expected = try Reference.load().models[0]
    let images = expected.images()
    var generator = SeededGenerator(seed: 1)
    let network = Network(
      try expected.model(), maximumBatch: 64, threads: threads, generator: &generator)
    let indices = (0..<64).map { Int32($0) }
    _ = network.lossAndGradient(images, indices: indices)
    let plain = Array(network.gradient.elements)
    let half = AlignedBuffer<Float>(count: plain.count)
    _ = network.lossAndGradient(images, indices: indices, half: half)
    #expect(Array(network.gradient.elements) == plain)
    _ = network.lossAndGradient(images, indices: Array(indices[..<32]))
    let scale = plain.map(abs).max() ?? 0
    let error = zip(half.elements, network.gradient.elements).map { abs($0 - $1 / 2) }.max() ?? 1
    #expect(error < 1e-5 * scale)
  }

  @Test("Statistics estimated on one batch are those of the batch")
  func statistics() throws {
    let expected = try Reference.load().models[1]
    let (network, images) = (try expected.network(), expected.images())
    let indices = (0..<Int32(expected.batch)).map { $0 }
    let loss = network.lossAndGradient(images, indices: indices)
    network.estimateStatistics(images, batches: [indices])
    let once = Array(network.statistics.elements)
    let evaluated = network.evaluate(images, indices: indices).lossSum / Double(indices.count)
    // Running variances are unbiased, those of the batch are not.
    #expect(abs(evaluated - loss) < 5e-3 * loss)
    network.estimateStatistics(images, batches: [indices, indices])
    #expect(zip(network.statistics.elements, once).allSatisfy { abs($0 - $1) < 1e-5 })
  }
}
