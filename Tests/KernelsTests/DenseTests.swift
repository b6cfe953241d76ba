import Kernels
import Randomness
import Testing

@Suite("Dense layer")
struct DenseTests {
  static let shapes: [(inputs: Int32, outputs: Int32, tiles: Int32)] = [
    (1, 1, 1), (3, 2, 2), (16, 6, 3), (17, 7, 4), (84, 10, 5), (120, 33, 9), (400, 12, 1), (5, 64, 6),
  ]

  struct Results {
    var y: [Float]
    var dx: [Float]
    var weightGradient: [Float]
    var biasGradient: [Float]

    init(_ table: KernelTable, inputs: Int32, outputs: Int32, tiles: Int32) {
      var generator = SeededGenerator(seed: 5)
      var shape = DenseShape(inputs: inputs, outputs: outputs)
      let weights = Floats(Int(inputs * outputs), from: &generator, misaligned: true)
      let bias = Floats(Int(outputs), from: &generator, misaligned: true)
      let x = Floats(Int(tiles * inputs * 16), from: &generator)
      let dy = Floats(Int(tiles * outputs * 16), from: &generator)
      let y = Floats(count: dy.count, repeating: .nan)
      let dx = Floats(count: x.count, repeating: .nan)
      let packed = Floats(count: table.densePackedCount(&shape), repeating: .nan)
      let scratch = Floats(count: table.denseScratchCount(&shape, tiles), repeating: .nan)
      let accumulator = Floats(table.denseGradientCount(&shape))
      let weightGradient = Floats(count: weights.count, repeating: .nan, misaligned: true)
      let biasGradient = Floats(count: bias.count, repeating: .nan, misaligned: true)
      table.densePack(&shape, weights.pointer, packed.pointer)
      table.denseForward(&shape, tiles, packed.pointer, bias.pointer, x.pointer, y.pointer, scratch.pointer)
      table.denseBackwardInput(&shape, tiles, packed.pointer, dy.pointer, dx.pointer, scratch.pointer)
      for _ in 0..<2 {
        table.denseBackwardWeights(
          &shape, tiles, x.pointer, dy.pointer, accumulator.pointer, scratch.pointer)
      }
      table.denseFinishGradient(&shape, accumulator.pointer, weightGradient.pointer, biasGradient.pointer)
      self.y = y.values
      self.dx = dx.values
      self.weightGradient = weightGradient.values
      self.biasGradient = biasGradient.values
    }
  }

  @Test("A hand-computed layer of two inputs and one output")
  func handComputed() throws {
    let kernels = try naive
    var shape = DenseShape(inputs: 2, outputs: 1)
    let (weights, bias) = (Floats(2), Floats(count: 1, repeating: 1))
    let (x, y, dy, dx) = (Floats(32), Floats(16), Floats(16), Floats(32))
    let (accumulator, scratch) = (Floats(3), Floats(0))
    (weights[0], weights[1], x[3], x[16 + 3], dy[3]) = (2, -3, 5, 7, 4)
    kernels.denseForward(&shape, 1, weights.pointer, bias.pointer, x.pointer, y.pointer, scratch.pointer)
    #expect(y[3] == 2 * 5 - 3 * 7 + 1)
    kernels.denseBackwardInput(&shape, 1, weights.pointer, dy.pointer, dx.pointer, scratch.pointer)
    #expect(dx[3] == 8 && dx[16 + 3] == -12)
    kernels.denseBackwardWeights(&shape, 1, x.pointer, dy.pointer, accumulator.pointer, scratch.pointer)
    #expect(accumulator.values == [20, 28, 4])
  }

  @Test("Fast kernels agree with the naive ones", arguments: InstructionSet.available, shapes)
  func fastAgainstNaive(set: InstructionSet, shape: (inputs: Int32, outputs: Int32, tiles: Int32)) throws {
    let fast = Results(
      try set.kernels, inputs: shape.inputs, outputs: shape.outputs, tiles: shape.tiles)
    let expected = Results(try naive, inputs: shape.inputs, outputs: shape.outputs, tiles: shape.tiles)
    #expect(relativeDistance(fast.y, expected.y) < 1e-5)
    #expect(relativeDistance(fast.dx, expected.dx) < 1e-5)
    #expect(relativeDistance(fast.weightGradient, expected.weightGradient) < 1e-5)
    #expect(relativeDistance(fast.biasGradient, expected.biasGradient) < 1e-5)
  }
}
