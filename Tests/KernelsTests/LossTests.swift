import Foundation
import Kernels
import Randomness
import Testing

@Suite("Softmax and cross-entropy")
struct LossTests {
  struct Results {
    var loss: Double
    var correct: Int32
    var probabilities: [Float]
    var gradient: [Float]

    init(_ table: KernelTable, classes: Int, images: Int32, spread: Float) {
      var generator = SeededGenerator(seed: 21)
      let logits = Floats(classes * 16, from: &generator)
      for i in 0..<logits.count { logits[i] *= spread }
      let labels = Buffer<UInt8>(count: Int(images), repeating: 0)
      for i in 0..<labels.count { labels[i] = UInt8(generator.nextIndex(below: classes)) }
      let probabilities = Floats(count: logits.count, repeating: .nan)
      let gradient = Floats(count: logits.count, repeating: .nan)
      correct = 100
      loss = table.softmaxCrossEntropy(
        Int32(classes), images, logits.pointer, labels.pointer, 0.25, probabilities.pointer, gradient.pointer,
        &correct)
      self.probabilities = probabilities.values
      self.gradient = gradient.values
    }
  }

  @Test("Two classes: the loss is log(1 + exp(-margin)), the gradient p - 1")
  func closedForm() throws {
    let (logits, gradient) = (Floats(32), Floats(32))
    let labels = Buffer<UInt8>(count: 1, repeating: 1)
    (logits[0], logits[16]) = (0.5, 2)
    var correct: Int32 = 0
    let loss = try naive.softmaxCrossEntropy(
      2, 1, logits.pointer, labels.pointer, 2, nil, gradient.pointer, &correct)
    #expect(abs(loss - log(1 + exp(-1.5))) < 1e-12)
    #expect(abs(gradient[16] - 2 * Float(1 / (1 + exp(-1.5)) - 1)) < 1e-6)
    #expect(correct == 1)
    #expect(gradient[1] == 0 && gradient[17] == 0)
  }

  @Test(
    "Fast kernels agree with the naive ones to a few units in the last place",
    arguments: InstructionSet.available)
  func fastAgainstNaive(set: InstructionSet) throws {
    for (classes, images, spread) in [(2, Int32(16), Float(1)), (10, 13, 3), (100, 1, 20), (7, 5, 200)] {
      let fast = Results(try set.kernels, classes: classes, images: images, spread: spread)
      let expected = Results(try naive, classes: classes, images: images, spread: spread)
      #expect(abs(fast.loss - expected.loss) < 5e-7 * max(1, abs(expected.loss)))
      #expect(fast.correct == expected.correct)
      #expect(relativeDistance(fast.probabilities, expected.probabilities) < 5e-7)
      #expect(relativeDistance(fast.gradient, expected.gradient) < 1e-6)
    }
  }
}
