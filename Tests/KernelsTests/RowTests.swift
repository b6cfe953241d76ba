import Kernels
import Randomness
import Testing

@Suite("Kernels of networks over rows")
struct RowTests {
  @Test(
    "Products agree with the naive ones at odd sizes", arguments: InstructionSet.available,
    [(1, 16, 1), (5, 48, 7), (13, 96, 33), (33, 176, 20)])
  func products(set: InstructionSet, size: (rows: Int, columns: Int, inner: Int)) throws {
    var generator = SeededGenerator(seed: 3)
    let (rows, columns, inner) = size
    let (a, b) = (Floats(rows * inner, from: &generator), Floats(inner * columns, from: &generator))
    let bias = Floats(columns, from: &generator)
    for (aRow, aInner) in [(inner, 1), (1, rows)] {
      let results = [try naive, try set.kernels].map { table in
        let c = Floats(rows * columns)
        table.rowProduct(
          Int32(rows), Int32(columns), Int32(inner), a.pointer, aRow, aInner, b.pointer, columns,
          bias.pointer,
          c.pointer, columns)
        return c.values
      }
      #expect(relativeDistance(results[1], results[0]) < 1e-6)
    }
  }

  @Test("Transposes, sums and activations agree with the naive ones", arguments: InstructionSet.available)
  func elementwise(set: InstructionSet) throws {
    var generator = SeededGenerator(seed: 4)
    let x = Floats(32 * 48, from: &generator)
    for place in stride(from: 0, to: x.count, by: 5) { x[place] *= 30 }
    let results = [try naive, try set.kernels].map { table in
      let (transposed, sums) = (Floats(48 * 32), Floats(48))
      table.rowTranspose(32, 48, x.pointer, transposed.pointer)
      table.rowSums(32, 48, x.pointer, sums.pointer)
      var values = [transposed.values, sums.values]
      for activation in Int32(0)..<3 {
        let (y, d) = (Floats(x.count), Floats(count: x.count, repeating: 1))
        table.rowActivate(activation, x.count, x.pointer, y.pointer)
        table.rowActivateBackward(activation, x.count, x.pointer, d.pointer)
        values += [y.values, d.values]
      }
      return values
    }
    #expect(results[0][0] == results[1][0])
    for (one, other) in zip(results[0], results[1]) { #expect(relativeDistance(other, one) < 2e-6) }
  }

  @Test(
    "Layer normalization and the losses of rows agree with the naive ones",
    arguments: InstructionSet.available,
    [3, 16, 21])
  func rows(set: InstructionSet, columns: Int) throws {
    var generator = SeededGenerator(seed: 5)
    let (rows, stride) = (9, (columns + 15) / 16 * 16)
    let start = Floats(rows * stride)
    let slopes = Floats(rows * stride, from: &generator)
    for row in 0..<rows {
      for column in 0..<columns { start[row * stride + column] = Float(3 * generator.nextNormal()) }
    }
    let labels = Buffer<Int32>(count: rows, repeating: 0)
    for row in 0..<rows { labels[row] = Int32(generator.nextIndex(below: columns)) }
    let results = [try naive, try set.kernels].map { table in
      let (x, d, scales) = (copy(start), copy(slopes), Floats(rows))
      table.rowNormalize(Int32(rows), Int32(columns), Int32(stride), x.pointer, scales.pointer)
      table.rowNormalizeBackward(
        Int32(rows), Int32(columns), Int32(stride), x.pointer, scales.pointer, d.pointer)
      let (logits, probabilities) = (copy(start), Floats(rows * stride))
      // Logits far below 0, the value of padding, once made the padding's exponential infinite.
      for column in 0..<columns { logits[column] -= 200 }
      var correct: Int32 = 0
      let loss = table.rowSoftmaxCrossEntropy(
        Int32(rows), Int32(columns), Int32(stride), logits.pointer, labels.pointer, 0.5,
        probabilities.pointer,
        &correct)
      return (
        [x.values, d.values, scales.values, logits.values, probabilities.values, [Float(loss)]], correct
      )
    }
    #expect(results[0].1 == results[1].1)
    for (one, other) in zip(results[0].0, results[1].0) { #expect(relativeDistance(other, one) < 1e-5) }
  }

  @Test("Sums of steps agree with the naive ones, and remember the step", arguments: InstructionSet.available)
  func sums(set: InstructionSet) throws {
    for count in [1, 17, 5000] {
      var generator = SeededGenerator(seed: 6)
      let parts = (0..<5).map { _ in Floats(count, from: &generator) }
      let results = [try naive, try set.kernels].map { table in
        let (before, gradient, update) = (copy(parts[0]), copy(parts[3]), copy(parts[4]))
        var step = [Double](repeating: 0, count: 5)
        table.stepSums(
          count, before.pointer, parts[1].pointer, parts[2].pointer, gradient.pointer, update.pointer, &step)
        #expect(gradient.values == parts[2].values && before.values == parts[1].values)
        #expect(update.values == zip(parts[1].values, parts[0].values).map { $0 - $1 })
        var differences = [Double](repeating: 0, count: 4)
        table.differenceSums(count, parts[0].pointer, parts[1].pointer, &differences)
        differences.withUnsafeMutableBufferPointer {
          if let place = $0.baseAddress { table.differenceSums(count, parts[0].pointer, nil, place + 2) }
        }
        var pair = [Double](repeating: 0, count: 3)
        table.pairSums(count, parts[0].pointer, parts[1].pointer, &pair)
        return step + pair + differences + [table.squaredDistance(count, parts[0].pointer, parts[1].pointer)]
      }
      for (one, other) in zip(results[0], results[1]) {
        #expect(abs(one - other) < 1e-4 * max(1, Double(count).squareRoot()))
      }
    }
  }

  @Test(
    "A step of a gated recurrent unit agrees with the naive one, there and back",
    arguments: InstructionSet.available)
  func gru(set: InstructionSet) throws {
    var generator = SeededGenerator(seed: 7)
    let (rows, units) = (3, 32)
    let (gi, gh) = (Floats(rows * 3 * units, from: &generator), Floats(rows * 3 * units, from: &generator))
    let (previous, slope) = (Floats(rows * units, from: &generator), Floats(rows * units, from: &generator))
    let results = [try naive, try set.kernels].map { table in
      let (gates, h, dh) = (Floats(rows * 3 * units), Floats(rows * units), copy(slope))
      let (dgi, dgh) = (Floats(rows * 3 * units), Floats(rows * 3 * units))
      table.gruForward(3, 32, gi.pointer, gh.pointer, previous.pointer, gates.pointer, h.pointer)
      table.gruBackward(
        3, 32, gates.pointer, gh.pointer, previous.pointer, dh.pointer, dgi.pointer, dgh.pointer)
      return [gates.values, h.values, dh.values, dgi.values, dgh.values]
    }
    for (one, other) in zip(results[0], results[1]) { #expect(relativeDistance(other, one) < 1e-5) }
  }

  private func copy(_ source: Floats) -> Floats {
    let result = Floats(source.count)
    for place in 0..<source.count { result[place] = source[place] }
    return result
  }
}

@Suite("Kernels of batch normalization and dropout over rows")
struct RowRegularizationTests {
  @Test(
    "They agree with the naive ones", arguments: InstructionSet.available,
    [(1, 16), (7, 48), (130, 32)])
  func fastAgainstNaive(set: InstructionSet, size: (rows: Int, columns: Int)) throws {
    let (rows, columns) = (Int32(size.rows), Int32(size.columns))
    let results = [try naive, try set.kernels].map { table in
      var generator = SeededGenerator(seed: 8)
      let x = Floats(size.rows * size.columns, from: &generator)
      let d = Floats(x.count, from: &generator)
      let vectors = (0..<6).map { _ in Floats(size.columns, from: &generator) }
      let y = Floats(x.count)
      table.rowMoments(rows, columns, x.pointer, vectors[0].pointer, vectors[1].pointer)
      table.rowScaleAndShift(
        rows, columns, x.pointer, vectors[2].pointer, vectors[3].pointer, y.pointer)
      table.rowSlopeSums(
        rows, columns, y.pointer, d.pointer, vectors[4].pointer, vectors[5].pointer)
      table.rowBatchNormBackward(
        rows, columns, y.pointer, vectors[2].pointer, vectors[4].pointer, vectors[5].pointer,
        d.pointer)
      table.rowDropout(x.count, 77, 1 << 30, 2, x.pointer)
      return [x.values, y.values, d.values] + vectors.map(\.values)
    }
    #expect(results[0][0] == results[1][0])
    for (one, other) in zip(results[0], results[1]) { #expect(relativeDistance(other, one) < 1e-5) }
    let dropped = results[1][0].count { $0 == 0 }
    #expect(size.rows == 1 || abs(Double(dropped) / Double(results[1][0].count) - 0.25) < 0.08)
  }
}
