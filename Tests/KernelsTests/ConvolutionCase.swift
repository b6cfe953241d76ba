import Kernels
import Randomness
import Testing

/// One convolution: its shape, operands, and results of a table's kernels.
struct ConvolutionCase: CustomTestStringConvertible {
  var channels: (Int32, Int32)
  var size: (Int32, Int32)
  var kernel: (Int32, Int32)
  var stride: Int32 = 1
  var padding: Int32 = 0
  var tiles: Int32 = 1
  var hasBias = true

  var shape: ConvolutionShape {
    ConvolutionShape(
      inputChannels: channels.0, inputHeight: size.0, inputWidth: size.1, outputChannels: channels.1,
      outputHeight: (size.0 + 2 * padding - kernel.0) / stride + 1,
      outputWidth: (size.1 + 2 * padding - kernel.1) / stride + 1,
      kernelHeight: kernel.0, kernelWidth: kernel.1, stride: stride, padding: padding, hasBias: hasBias)
  }

  var testDescription: String {
    "\(channels.0) to \(channels.1) channels, \(size.0)x\(size.1), kernel \(kernel.0)x\(kernel.1), "
      + "stride \(stride), padding \(padding), \(tiles) tiles"
  }

  var inputCount: Int { Int(tiles * channels.0 * size.0 * size.1 * 16) }
  var outputCount: Int { Int(tiles * channels.1 * shape.outputHeight * shape.outputWidth * 16) }
  var pooledCount: Int { Int(tiles * channels.1 * (shape.outputHeight / 2) * (shape.outputWidth / 2) * 16) }
  var weightCount: Int { Int(channels.0 * channels.1 * kernel.0 * kernel.1) }

  /// Shapes that have caught out fast kernels: odd counts, borders, strides, one channel, more than one block.
  static let odd: [ConvolutionCase] = [
    ConvolutionCase(channels: (1, 1), size: (1, 1), kernel: (1, 1)),
    ConvolutionCase(channels: (1, 6), size: (12, 12), kernel: (5, 5), padding: 2, tiles: 2),
    ConvolutionCase(channels: (6, 16), size: (9, 11), kernel: (5, 5), tiles: 3),
    ConvolutionCase(channels: (6, 16), size: (14, 14), kernel: (5, 5), tiles: 2),
    ConvolutionCase(channels: (6, 7), size: (6, 18), kernel: (5, 5)),
    ConvolutionCase(channels: (7, 13), size: (12, 13), kernel: (3, 5), padding: 1, tiles: 2),
    ConvolutionCase(channels: (2, 3), size: (3, 4), kernel: (5, 5), padding: 4),
    ConvolutionCase(channels: (40, 41), size: (6, 8), kernel: (5, 5), padding: 2, tiles: 3),
    ConvolutionCase(channels: (32, 64), size: (14, 14), kernel: (5, 5), padding: 2),
    ConvolutionCase(channels: (3, 7), size: (7, 5), kernel: (3, 5), padding: 1, tiles: 2),
    ConvolutionCase(channels: (7, 3), size: (5, 8), kernel: (5, 3), padding: 3),
    ConvolutionCase(channels: (2, 5), size: (8, 9), kernel: (3, 3), stride: 2, padding: 1, tiles: 2),
    ConvolutionCase(channels: (4, 13), size: (10, 7), kernel: (3, 3), stride: 3, padding: 0),
    ConvolutionCase(channels: (5, 8), size: (8, 6), kernel: (1, 1), stride: 2, tiles: 3),
    ConvolutionCase(channels: (9, 4), size: (4, 4), kernel: (1, 1)),
    ConvolutionCase(channels: (17, 19), size: (6, 6), kernel: (3, 3), padding: 1, tiles: 2),
    ConvolutionCase(channels: (33, 35), size: (4, 4), kernel: (3, 3), padding: 1, tiles: 3),
    ConvolutionCase(channels: (32, 33), size: (6, 4), kernel: (3, 3), stride: 2, padding: 1, tiles: 3),
    ConvolutionCase(channels: (48, 32), size: (4, 6), kernel: (3, 3), padding: 1, tiles: 5),
    ConvolutionCase(channels: (16, 21), size: (9, 14), kernel: (3, 3), padding: 1, tiles: 3),
    ConvolutionCase(channels: (40, 16), size: (3, 8), kernel: (3, 3), padding: 1, tiles: 7),
    ConvolutionCase(channels: (2, 3), size: (3, 3), kernel: (2, 2), stride: 1, padding: 1),
    ConvolutionCase(channels: (2, 3), size: (2, 9), kernel: (4, 4), stride: 1, padding: 3),
  ]
}

/// The results of one table's kernels on a case with random operands from a seed.
struct ConvolutionResults {
  var y: [Float]
  var dx: [Float]
  var weightGradient: [Float]
  var biasGradient: [Float]

  /// Separate kernels, or the fused ones with ReLU and pooling.
  init(_ table: KernelTable, _ test: ConvolutionCase, pooled: Bool, seed: UInt64 = 1) {
    var generator = SeededGenerator(seed: seed)
    var shape = test.shape
    let weights = Floats(test.weightCount, from: &generator, misaligned: true)
    let bias = Floats(Int(test.channels.1), from: &generator, misaligned: true)
    let x = Floats(test.inputCount, from: &generator)
    let dy = Floats(pooled ? test.pooledCount : test.outputCount, from: &generator)
    let y = Floats(count: dy.count, repeating: .nan)
    let dx = Floats(count: x.count, repeating: .nan)
    let packed = Floats(
      count: pooled ? table.convolutionPoolPackedCount(&shape) : table.convolutionPackedCount(&shape),
      repeating: .nan)
    let scratch = Floats(count: table.convolutionScratchCount(&shape, test.tiles), repeating: .nan)
    let accumulator = Floats(
      pooled ? table.convolutionPoolGradientCount(&shape) : table.convolutionGradientCount(&shape))
    let weightGradient = Floats(count: weights.count, repeating: .nan, misaligned: true)
    let biasGradient = Floats(count: bias.count, repeating: .nan, misaligned: true)

    if pooled {
      table.convolutionPoolPack(&shape, weights.pointer, packed.pointer)
      let argmax = Buffer<UInt8>(count: y.count, repeating: 255)
      table.convolutionPoolForward(
        &shape, test.tiles, packed.pointer, bias.pointer, x.pointer, y.pointer, argmax.pointer,
        scratch.pointer)
      table.convolutionPoolBackward(
        &shape, test.tiles, packed.pointer, x.pointer, y.pointer, argmax.pointer, dy.pointer, dx.pointer,
        accumulator.pointer, scratch.pointer)
      // Once more without dx: gradients add up.
      table.convolutionPoolBackward(
        &shape, test.tiles, packed.pointer, x.pointer, y.pointer, argmax.pointer, dy.pointer, nil,
        accumulator.pointer, scratch.pointer)
      // Without argmax, y is the same.
      let inference = Floats(count: y.count, repeating: .nan)
      table.convolutionPoolForward(
        &shape, test.tiles, packed.pointer, bias.pointer, x.pointer, inference.pointer, nil, scratch.pointer)
      precondition(inference.values == y.values, "the forward pass without argmax gives another y")
    } else {
      table.convolutionPack(&shape, weights.pointer, packed.pointer)
      table.convolutionForward(
        &shape, test.tiles, packed.pointer, bias.pointer, x.pointer, y.pointer, scratch.pointer)
      // Alone, with an addend, and with dx itself as the addend: three times the gradient.
      let alone = Floats(count: x.count, repeating: .nan)
      for (addend, sum) in [(nil, alone), (alone, dx), (dx, dx)] {
        table.convolutionBackwardInput(
          &shape, test.tiles, packed.pointer, dy.pointer, addend.map { UnsafePointer($0.pointer) },
          sum.pointer, scratch.pointer)
      }
      for _ in 0..<2 {
        table.convolutionBackwardWeights(
          &shape, test.tiles, x.pointer, dy.pointer, accumulator.pointer, scratch.pointer)
      }
    }
    let finish = pooled ? table.convolutionPoolFinishGradient : table.convolutionFinishGradient
    finish(&shape, accumulator.pointer, weightGradient.pointer, biasGradient.pointer)
    self.y = y.values
    self.dx = dx.values
    self.weightGradient = weightGradient.values
    self.biasGradient = biasGradient.values
  }
}
