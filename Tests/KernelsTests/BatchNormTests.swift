import Kernels
import Randomness
import Testing

@Suite("Batch normalisation")
struct BatchNormTests {
  static let shapes: [(channels: Int32, area: Int32, images: Int32)] = [
    (1, 1, 1), (3, 5, 16), (2, 9, 21), (4, 64, 33), (5, 7, 40),
  ]

  /// What follows the normalisation in the same kernel.
  enum Fusion: CaseIterable {
    case nothing
    case relu
    case addition
  }

  @Test("Fast kernels agree with the naive ones", arguments: InstructionSet.available, Fusion.allCases)
  func fastAgainstNaive(set: InstructionSet, fusion: Fusion) throws {
    for shape in Self.shapes { try compare(set, fusion, shape) }
  }

  private func compare(
    _ set: InstructionSet, _ fusion: Fusion, _ shape: (channels: Int32, area: Int32, images: Int32)
  ) throws {
    let (channels, area, images) = shape
    // One tile more than the images need: it must not count.
    let tiles = (images + 15) / 16 + 1
    let results = [try naive, try set.kernels].map { table in
      var generator = SeededGenerator(seed: 13)
      let count = Int(tiles * channels * area * 16)
      let (x, dy) = (Floats(count, from: &generator), Floats(count, from: &generator))
      for i in 0..<count { x[i] = 100 + 3 * x[i] }
      let parameters = (0..<4).map { _ in Floats(Int(channels), from: &generator, misaligned: true) }
      // About half of the values shall be positive.
      for channel in 0..<Int(channels) { parameters[1][channel] -= 100 * parameters[0][channel] }
      let (scale, shift) = fusion == .relu ? (parameters[0].pointer, parameters[1].pointer) : (nil, nil)
      let sums = (0..<4).map { _ in Buffer<Double>(count: Int(channels), repeating: .nan) }
      let (y, dx) = (Floats(count: count, repeating: .nan), Floats(count: count, repeating: .nan))
      table.batchNormStatistics(channels, area, tiles, images, x.pointer, sums[0].pointer, sums[1].pointer)
      table.scaleAndShift(
        channels, area, tiles, x.pointer, parameters[0].pointer, parameters[1].pointer,
        fusion == .addition ? dy.pointer : nil, fusion != .nothing, y.pointer)
      let mean = Floats(Int(channels))
      for channel in 0..<Int(channels) { mean[channel] = Float(sums[0][channel]) }
      table.batchNormGradientSums(
        channels, area, tiles, images, x.pointer, dy.pointer, mean.pointer, scale, shift, sums[2].pointer,
        sums[3].pointer)
      table.batchNormBackward(
        channels, area, tiles, images, x.pointer, dy.pointer, mean.pointer, scale, shift,
        parameters[1].pointer,
        parameters[2].pointer, parameters[3].pointer, dx.pointer)
      return (sums.map { $0.values.map(Float.init) }, y.values, dx.values)
    }
    for (fast, expected) in zip(results[1].0, results[0].0) {
      #expect(relativeDistance(fast, expected) < 1e-5)
    }
    #expect(relativeDistance(results[1].1, results[0].1) < 1e-6)
    #expect(relativeDistance(results[1].2, results[0].2) < 1e-6)
  }

  @Test("Mean and squares of four hand-computed values, without the images that are not real")
  func handComputed() throws {
    let x = Floats(2 * 16)
    (x[0], x[1], x[16], x[17], x[2]) = (1, 2, 3, 6, 1000)
    var (mean, squares) = (0.0, 0.0)
    try naive.batchNormStatistics(1, 2, 1, 2, x.pointer, &mean, &squares)
    #expect(mean == 3 && squares == 4 + 1 + 0 + 9)
  }
}
