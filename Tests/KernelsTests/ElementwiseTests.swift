import Kernels
import Randomness
import Testing

@Suite("Elementwise kernels, gather and optimizers")
struct ElementwiseTests {
  static let counts = [1, 15, 16, 17, 100]

  @Test(
    "ReLU, its gradient and addition agree with the naive ones", arguments: InstructionSet.available, counts)
  func elementwise(set: InstructionSet, count: Int) throws {
    var generator = SeededGenerator(seed: 34)
    let (x, dy) = (Floats(count, from: &generator), Floats(count, from: &generator))
    x[0] = .nan
    let results = [try naive, try set.kernels].map { table in
      let (y, dx, sum) = (Floats(count), Floats(count), Floats(count))
      table.reluForward(count, x.pointer, y.pointer)
      table.reluBackward(count, y.pointer, dy.pointer, dx.pointer)
      table.add(count, x.pointer, dy.pointer, sum.pointer)
      return [y, dx, sum].map { $0.values.map(\.bitPattern) }
    }
    #expect(results[0] == results[1])
    #expect(Float(bitPattern: results[1][0][0]).isNaN)
  }

  @Test("Bytes of drawn images reach their lanes", arguments: InstructionSet.available)
  func gather(set: InstructionSet) throws {
    for (channels, area, images) in [(Int32(1), Int32(784), Int32(16)), (3, 35, 16), (2, 16, 3), (1, 3, 1)] {
      var generator = SeededGenerator(seed: 55)
      let pixels = Buffer<UInt8>(count: Int(5 * channels * area), repeating: 0)
      for i in 0..<pixels.count { pixels[i] = UInt8(generator.nextIndex(below: 256)) }
      let indices = Buffer<Int32>(count: Int(images), repeating: 0)
      for i in 0..<indices.count { indices[i] = Int32(generator.nextIndex(below: 5)) }
      let (scale, shift) = (Floats(3, from: &generator, misaligned: true), Floats(3, from: &generator))
      let results = [try naive, try set.kernels].map { table in
        let y = Floats(count: Int(channels * area * 16), repeating: .nan)
        table.gatherTile(
          channels, area, images, pixels.pointer, indices.pointer, scale.pointer, shift.pointer, y.pointer)
        return y.values
      }
      #expect(relativeDistance(results[1], results[0]) < 1e-6)
      let place = Int(area) - 1
      let last = Float(pixels[Int(indices[0] * channels * area) + place])
      #expect(abs(results[1][16 * place] - (scale[0] * last + shift[0])) < 1e-4)
    }
  }

  @Test(
    "Five steps of every optimizer agree with the naive ones", arguments: InstructionSet.available, counts)
  func optimizers(set: InstructionSet, count: Int) throws {
    let steps: [(String, (KernelTable, Int64, Floats, [Floats]) -> Void)] = [
      ("momentum", { $0.momentumStep(count, 0.1, 0.9, 0, $2.pointer, $3[0].pointer, $3[2].pointer) }),
      ("nesterov", { $0.momentumStep(count, 0.1, 0.9, 1, $2.pointer, $3[0].pointer, $3[2].pointer) }),
      (
        "adam",
        {
          $0.adamStep(
            count, 0.1, 0.9, 0.999, 1e-8, $1, $2.pointer, $3[0].pointer, $3[1].pointer, $3[2].pointer)
        }
      ),
      (
        "adamw",
        {
          $0.adamwStep(
            count, 0.1, 0.9, 0.999, 1e-8, 0.1, $1, $2.pointer, $3[0].pointer, $3[1].pointer, $3[2].pointer)
        }
      ),
      (
        "schedule-free-adamw",
        {
          $0.scheduleFreeAdamStep(
            count, 0.01, 0.9, 0.999, 1e-8, 0.1, 1 / Float($1), $1, $2.pointer, $3[0].pointer, $3[1].pointer,
            $3[3].pointer, $3[2].pointer)
        }
      ),
      ("adagrad", { $0.adagradStep(count, 0.1, 1e-10, $2.pointer, $3[0].pointer, $3[2].pointer) }),
      (
        "adadelta",
        { $0.adadeltaStep(count, 1, 0.9, 1e-6, $2.pointer, $3[0].pointer, $3[1].pointer, $3[2].pointer) }
      ),
      ("rmsprop", { $0.rmspropStep(count, 0.1, 0.99, 1e-8, $2.pointer, $3[0].pointer, $3[2].pointer) }),
    ]
    for (name, step) in steps {
      let results = [try naive, try set.kernels].map { table in
        var generator = SeededGenerator(seed: 89)
        let state = [
          Floats(count), Floats(count), Floats(count, from: &generator, misaligned: true), Floats(count),
        ]
        for t in 1...5 {
          let gradient = Floats(count, from: &generator, misaligned: true)
          step(table, Int64(t), gradient, state)
        }
        return state.map(\.values)
      }
      for (fast, expected) in zip(results[1], results[0]) {
        #expect(relativeDistance(fast, expected) < 2e-6, "\(name)")
      }
    }
  }

  @Test(
    "Vector algebra agrees with the naive one", arguments: InstructionSet.available, counts + [64, 65, 5000])
  func vectorAlgebra(set: InstructionSet, count: Int) throws {
    var generator = SeededGenerator(seed: 21)
    let (x, y) = (Floats(count, from: &generator, misaligned: true), Floats(count, from: &generator))
    let (z, square) = (Floats(count, from: &generator), Floats(count))
    for i in 0..<count { square[i] = z[i] * z[i] }
    let sums = [try naive, try set.kernels].map { table in
      [
        table.dot(count, x.pointer, y.pointer), table.dotOfDifference(count, x.pointer, y.pointer, z.pointer),
        table.squaredDistance(count, x.pointer, y.pointer), table.absoluteSum(count, x.pointer),
        table.rootDot(count, x.pointer, y.pointer, square.pointer, 1e-3),
      ]
    }
    // A sum of signed terms may be near 0: its error is relative to what the terms could add up to.
    for (fast, expected) in zip(sums[1], sums[0]) {
      #expect(abs(fast - expected) < 1e-5 * Double(count).squareRoot() * max(abs(expected), 1))
    }
    let results = [try naive, try set.kernels].map { table in
      let (w, v) = (Floats(count), Floats(count))
      table.combine(count, 0.5, x.pointer, -2, y.pointer, w.pointer)
      table.meanOfSquares(count, 0.9, 0.1, x.pointer, v.pointer)
      table.rootStep(count, 0.1, z.pointer, 2, square.pointer, 1e-3, w.pointer)
      return [w.values, v.values]
    }
    for (fast, expected) in zip(results[1], results[0]) { #expect(relativeDistance(fast, expected) < 2e-6) }
  }

  @Test(
    "COCOB agrees with the naive one, zero gradients included", arguments: InstructionSet.available, counts)
  func cocob(set: InstructionSet, count: Int) throws {
    let results = [try naive, try set.kernels].map { table in
      var generator = SeededGenerator(seed: 22)
      let state = (0..<4).map { _ in Floats(count) }
      let (initial, weights) = (Floats(count), Floats(count))
      for i in 0..<count { state[0][i] = 1e-8 }
      for _ in 1...5 {
        let gradient = Floats(count, from: &generator)
        gradient[0] = 0
        table.cocobStep(
          count, 1, 100, gradient.pointer, initial.pointer, state[0].pointer, state[1].pointer,
          state[2].pointer, state[3].pointer, weights.pointer)
      }
      return weights.values
    }
    #expect(results[1].allSatisfy(\.isFinite) && results[1][0] == 0)
    #expect(zip(results[0], results[1]).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("A first Adam step moves every parameter by the rate, against the gradient's sign")
  func firstAdamStep() throws {
    let (gradient, mean, square, parameters) = (Floats(2), Floats(2), Floats(2), Floats(2))
    (gradient[0], gradient[1]) = (3, -0.01)
    try naive.adamStep(
      2, 0.1, 0.9, 0.999, 1e-8, 1, gradient.pointer, mean.pointer, square.pointer, parameters.pointer)
    #expect(relativeDistance(parameters.values, [-0.1, 0.1]) < 1e-5)
  }

  @Test("The probe does every multiply-add that it counts", arguments: InstructionSet.available)
  func probe(set: InstructionSet) throws {
    var (one, three): (Float, Float) = (0, 0)
    let operations = try set.kernels.multiplyAddProbe(1, 2, 1, &one)
    #expect(try set.kernels.multiplyAddProbe(3, 2, 1, &three) == 3 * operations)
    // Every accumulator goes 0, 1, 3, 7; the result is their sum.
    #expect(Double(one) == operations / 2 && Double(three) == 7 * operations / 2)
  }
}
