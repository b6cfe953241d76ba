import Kernels
import Randomness
import Testing

@Suite("Convolution")
struct ConvolutionTests {
  @Test("A hand-computed 2x2 kernel on a 3x3 image, padding included")
  func handComputed() throws {
    let kernels = try naive
    let test = ConvolutionCase(channels: (1, 1), size: (3, 3), kernel: (2, 2), stride: 2, padding: 1)
    var shape = test.shape
    let x = Floats(9 * 16)
    for i in 0..<9 { x[16 * i + 5] = Float(i + 1) }
    let weights = Floats(4)
    for i in 0..<4 { weights[i] = [1, 10, 100, 1000][i] }
    let bias = Floats(count: 1, repeating: 0.5)
    let y = Floats(4 * 16)
    let scratch = Floats(kernels.convolutionScratchCount(&shape, 1))
    kernels.convolutionForward(
      &shape, 1, weights.pointer, bias.pointer, x.pointer, y.pointer, scratch.pointer)
    // Windows of the padded image: (0 0; 0 1), (0 0; 2 3), (0 4; 0 7), (5 6; 8 9).
    #expect((0..<4).map { y[16 * $0 + 5] } == [1000.5, 3200.5, 7040.5, 9865.5])
    #expect(y[4] == 0.5)
  }

  @Test("The gradients are the derivatives of <dy, y>", arguments: ConvolutionCase.odd)
  func gradientsAreDerivatives(test: ConvolutionCase) throws {
    // <dy, y> is linear in x, in the weights and in the bias, so <gradient, operand> is its value without bias,
    // for every operand: three independent checks of each backward kernel against the forward one.
    let kernels = try naive
    var shape = test.shape
    var generator = SeededGenerator(seed: 3)
    let weights = Floats(test.weightCount, from: &generator)
    let bias = Floats(Int(test.channels.1), from: &generator)
    let x = Floats(test.inputCount, from: &generator)
    let dy = Floats(test.outputCount, from: &generator)
    let (y, dx) = (Floats(test.outputCount), Floats(test.inputCount))
    let scratch = Floats(kernels.convolutionScratchCount(&shape, test.tiles))
    let accumulator = Floats(kernels.convolutionGradientCount(&shape))
    let (dw, db) = (Floats(test.weightCount), Floats(bias.count))
    kernels.convolutionBackwardInput(
      &shape, test.tiles, weights.pointer, dy.pointer, nil, dx.pointer, scratch.pointer)
    kernels.convolutionBackwardWeights(
      &shape, test.tiles, x.pointer, dy.pointer, accumulator.pointer, scratch.pointer)
    kernels.convolutionFinishGradient(&shape, accumulator.pointer, dw.pointer, db.pointer)

    let other = Floats(test.inputCount, from: &generator)
    let otherWeights = Floats(test.weightCount, from: &generator)
    kernels.convolutionForward(
      &shape, test.tiles, weights.pointer, nil, other.pointer, y.pointer, scratch.pointer)
    let scale = (dot(dy, dy) * dot(y, y)).squareRoot() + 1
    #expect(abs(dot(dx, other) - dot(dy, y)) < 1e-5 * scale)
    kernels.convolutionForward(
      &shape, test.tiles, otherWeights.pointer, nil, x.pointer, y.pointer, scratch.pointer)
    #expect(abs(dot(dw, otherWeights) - dot(dy, y)) < 1e-5 * scale)
    weights.pointer.update(repeating: 0, count: weights.count)
    kernels.convolutionForward(
      &shape, test.tiles, weights.pointer, bias.pointer, x.pointer, y.pointer, scratch.pointer)
    #expect(abs(dot(db, bias) - dot(dy, y)) < 1e-5 * scale)
  }

  @Test("Fast kernels agree with the naive ones", arguments: InstructionSet.available, ConvolutionCase.odd)
  func fastAgainstNaive(set: InstructionSet, test: ConvolutionCase) throws {
    let fast = ConvolutionResults(try set.kernels, test, pooled: false)
    let expected = ConvolutionResults(try naive, test, pooled: false)
    #expect(relativeDistance(fast.y, expected.y) < 1e-5)
    #expect(relativeDistance(fast.dx, expected.dx) < 1e-5)
    #expect(relativeDistance(fast.weightGradient, expected.weightGradient) < 1e-5)
    #expect(relativeDistance(fast.biasGradient, expected.biasGradient) < 1e-5)
  }

  @Test(
    "Fused ReLU and pooling agree with the naive ones", arguments: InstructionSet.available,
    ConvolutionCase.odd)
  func fusedAgainstNaive(set: InstructionSet, test: ConvolutionCase) throws {
    guard test.pooledCount > 0 else { return }
    let fast = ConvolutionResults(try set.kernels, test, pooled: true)
    let expected = ConvolutionResults(try naive, test, pooled: true)
    #expect(relativeDistance(fast.y, expected.y) < 1e-5)
    #expect(relativeDistance(fast.dx, expected.dx) < 1e-5)
    #expect(relativeDistance(fast.weightGradient, expected.weightGradient) < 1e-5)
    #expect(relativeDistance(fast.biasGradient, expected.biasGradient) < 1e-5)
  }

  @Test("The same operands give the same bits", arguments: InstructionSet.available)
  func deterministic(set: InstructionSet) throws {
    let test = ConvolutionCase(channels: (6, 16), size: (9, 11), kernel: (5, 5), tiles: 3)
    for pooled in [false, true] {
      let first = ConvolutionResults(try set.kernels, test, pooled: pooled)
      let second = ConvolutionResults(try set.kernels, test, pooled: pooled)
      #expect(first.y == second.y && first.dx == second.dx)
      #expect(first.weightGradient == second.weightGradient && first.biasGradient == second.biasGradient)
    }
  }
}
