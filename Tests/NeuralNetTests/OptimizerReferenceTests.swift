import Foundation
import NeuralNet
import Testing

/// Optimizers of papers against their authors' packages; Scripts/fixtures/optimizers.py made the values.
@Suite("Optimizers against their references")
struct OptimizerReferenceTests {
  struct Reference: Decodable {
    var kept: Int
    var sizes: [Int]
    var cases: [Case]
  }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    var optimizer: String
    var rate: Double
    var values: [[Float]]
    var evaluated: [Float]?
    var testDescription: String { optimizer }
  }

  static let reference: Reference? = {
    guard let url = Bundle.module.url(forResource: "Fixtures/optimizers", withExtension: "json"),
      let data = try? Data(contentsOf: url)
    else { return nil }
    return try? JSONDecoder().decode(Reference.self, from: data)
  }()

  /// Largest error of weights of size 1.
  ///
  /// Prodigy's estimate feeds its own rounding errors back into itself.
  static func tolerance(_ optimizer: String) -> Float { optimizer.hasPrefix("prodigy") ? 1e-4 : 3e-6 }

  @Test(
    "Thirty steps are the reference's", arguments: reference?.cases ?? [], InstructionSet.available)
  func steps(expected: Case, set: InstructionSet) throws {
    let reference = try #require(Self.reference)
    let first = reference.sizes[0]
    let optimizer = Optimizer(
      try .init(parsing: expected.optimizer), count: 12, instructionSet: set,
      tensors: [0..<first, first..<12])
    var generator = LinearCongruentialGenerator(state: 11)
    let (weights, gradient) = (AlignedBuffer<Float>(count: 12), AlignedBuffer<Float>(count: 12))
    weights.assign(generator.values(12, bound: 1))
    let curvature = generator.values(12, bound: 0.75).map { $0 + 1 }
    let center = generator.values(12, bound: 1)
    optimizer.begin(weights)
    let tolerance = Self.tolerance(expected.optimizer)
    var worst: Float = 0
    for step in 1...reference.kept * expected.values.count {
      let noise = generator.values(12, bound: 0.5)
      for i in 0..<12 {
        let slope = curvature[i] * (weights.elements[i] - center[i])
        gradient.elements[i] = slope + noise[i]
      }
      optimizer.step(parameters: weights, gradient: gradient, learningRate: expected.rate)
      guard step % reference.kept == 0 else { continue }
      worst = zip(weights.elements, expected.values[step / reference.kept - 1])
        .reduce(worst) { max($0, abs($1.0 - $1.1)) }
    }
    #expect(worst < tolerance)
    #expect((optimizer.evaluationWeights == nil) == (expected.evaluated == nil))
    if let evaluated = expected.evaluated, let weights = optimizer.evaluationWeights {
      let error = zip(weights.elements, evaluated).map { abs($0 - $1) }.max() ?? 1
      #expect(error < tolerance)
    }
  }

  @Test("The references are there, one for each method of a paper")
  func complete() throws {
    let names = try #require(Self.reference).cases.map {
      String($0.optimizer.prefix { $0 != ":" && $0 != "+" })
    }
    let pyTorch = ["sgd", "momentum", "nesterov", "adam", "adagrad", "adadelta", "rmsprop"]
    let missing = Optimizer.Configuration.all.map { String($0.name.prefix { $0 != "+" }) }
      .filter { !names.contains($0) && !pyTorch.contains($0) }
    #expect(missing == [])
  }
}
