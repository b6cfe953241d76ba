import Kernels
import Randomness
import Testing

@Suite("Pooling")
struct PoolingTests {
  struct Case: CustomTestStringConvertible {
    var size: (Int32, Int32)
    var window: Int32
    var stride: Int32
    var padding: Int32 = 0
    var shape: PoolShape {
      PoolShape(
        channels: 3, inputHeight: size.0, inputWidth: size.1,
        outputHeight: (size.0 + 2 * padding - window) / stride + 1,
        outputWidth: (size.1 + 2 * padding - window) / stride + 1,
        size: window, stride: stride, padding: padding)
    }
    var testDescription: String {
      "\(size.0)x\(size.1), window \(window), stride \(stride), padding \(padding)"
    }
    static let odd = [
      Case(size: (4, 6), window: 2, stride: 2), Case(size: (5, 7), window: 2, stride: 2),
      Case(size: (5, 6), window: 3, stride: 2, padding: 1), Case(size: (4, 4), window: 4, stride: 4),
      Case(size: (7, 3), window: 3, stride: 1, padding: 1), Case(size: (6, 5), window: 2, stride: 3),
    ]
  }

  struct Results {
    var y: [Float]
    var dx: [Float]
    var argmax: [UInt8]

    init(_ table: KernelTable, _ test: Case, average: Bool) {
      var generator = SeededGenerator(seed: 8)
      var shape = test.shape
      let x = Floats(Int(2 * 3 * test.size.0 * test.size.1 * 16), from: &generator)
      let dy = Floats(Int(2 * 3 * shape.outputHeight * shape.outputWidth * 16), from: &generator)
      // Equal values, so that the first of them must be chosen.
      for i in 0..<x.count where i % 3 == 0 { x[i] = 1 }
      let y = Floats(count: dy.count, repeating: .nan)
      let dx = Floats(count: x.count, repeating: .nan)
      let argmax = Buffer<UInt8>(count: dy.count, repeating: 0)
      if average {
        table.averagePoolForward(&shape, 2, x.pointer, y.pointer)
        table.averagePoolBackward(&shape, 2, dy.pointer, dx.pointer)
      } else {
        table.maxPoolForward(&shape, 2, x.pointer, y.pointer, argmax.pointer)
        table.maxPoolBackward(&shape, 2, dy.pointer, argmax.pointer, dx.pointer)
      }
      self.y = y.values
      self.dx = dx.values
      self.argmax = argmax.values
    }
  }

  @Test("A hand-computed window: the maximum, its place, the average, and where the gradient goes")
  func handComputed() throws {
    let kernels = try naive
    var shape = PoolShape(
      channels: 1, inputHeight: 2, inputWidth: 2, outputHeight: 1, outputWidth: 1, size: 2, stride: 2,
      padding: 0)
    let (x, y, dy, dx) = (Floats(64), Floats(16), Floats(16), Floats(64))
    let argmax = Buffer<UInt8>(count: 16, repeating: 0)
    for place in 0..<4 { x[16 * place + 2] = [-1, 3, 3, 1][place] }
    dy[2] = 8
    kernels.maxPoolForward(&shape, 1, x.pointer, y.pointer, argmax.pointer)
    kernels.maxPoolBackward(&shape, 1, dy.pointer, argmax.pointer, dx.pointer)
    #expect(y[2] == 3 && argmax[2] == 1)
    #expect((0..<4).map { dx[16 * $0 + 2] } == [0, 8, 0, 0])
    kernels.averagePoolForward(&shape, 1, x.pointer, y.pointer)
    kernels.averagePoolBackward(&shape, 1, dy.pointer, dx.pointer)
    #expect(y[2] == 1.5)
    #expect((0..<4).map { dx[16 * $0 + 2] } == [2, 2, 2, 2])
  }

  @Test("Fast kernels agree with the naive ones", arguments: InstructionSet.available, Case.odd)
  func fastAgainstNaive(set: InstructionSet, test: Case) throws {
    for average in [false, true] {
      let fast = Results(try set.kernels, test, average: average)
      let expected = Results(try naive, test, average: average)
      #expect(fast.argmax == expected.argmax)
      #expect(relativeDistance(fast.y, expected.y) < 1e-6)
      #expect(relativeDistance(fast.dx, expected.dx) < 1e-6)
    }
  }
}
