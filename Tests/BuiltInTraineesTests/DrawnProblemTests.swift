import BuiltInTrainees
import Foundation
import Testing

@Suite("Sampled problems")
struct DrawnProblemTests {
  static let sampled = (0..<UInt64(2000)).map { DrawnProblem.sampled(seed: $0, from: DrawnRange()) }

  /// A size with its mean over 8,000 problems of the program in which the distribution was first tried.
  struct Size: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let mean: Double
    let of: @Sendable (DrawnProblem) -> Double

    init(_ name: String, _ mean: Double, _ size: @escaping @Sendable (DrawnProblem) -> Double) {
      (testDescription, self.mean, of) = (name, mean, size)
    }
  }

  static let sizes: [Size] = [
    Size("training examples", 2294) { Double($0.trainCount) },
    Size("width", 30.3) { Double($0.network.width) },
    Size("steps", 299) { Double($0.stepBudget) },
    Size("operations", 84.7e6) { $0.operations },
    Size("inputs", 25.4) { Double($0.inputs) },
    Size("batch", 54.9) { Double($0.batchSize) },
    Size("layers", 1.70) { Double($0.network.layers) },
    Size("classes", 4.45) { Double(max(1, $0.classes)) },
  ]

  @Test("Mean sizes are those of the distribution", arguments: sizes)
  func means(size: Size) {
    let mean = Self.sampled.reduce(0) { $0 + size.of($1) } / Double(Self.sampled.count)
    #expect(abs(mean / size.mean - 1) < 0.06, "\(mean)")
  }

  @Test(
    "Optimizers come up as often as documented",
    arguments: [
      ("adam", 0.3), ("momentum", 0.25), ("sgd", 0.15), ("adamw", 0.18), ("rmsprop", 0.12),
    ])
  func optimizers(name: String, share: Double) {
    let count = Self.sampled.count { $0.optimizer.name == name }
    #expect(abs(Double(count) / Double(Self.sampled.count) - share) < 0.03)
  }

  @Test("Regularization adds batch norm and dropout to its share of the networks, and changes nothing else")
  func regularization() throws {
    let range = DrawnRange(regularization: 0.5)
    var (normalized, dropped) = (0, 0)
    for (seed, plain) in Self.sampled.enumerated() {
      var problem = DrawnProblem.sampled(seed: UInt64(seed), from: range)
      try problem.validate()
      normalized += problem.network.batchNorm ? 1 : 0
      dropped += problem.network.dropout > 0 ? 1 : 0
      problem.network.batchNorm = false
      problem.network.dropout = 0
      #expect(problem == plain)
    }
    let hidden = Self.sampled.filter { $0.network.layers > 0 || $0.network.convolutions > 0 }
    let (open, deep) = (hidden.count { !$0.network.layerNorm }, hidden.count { $0.network.layers > 0 })
    #expect(abs(Double(normalized) / Double(open) - 0.5) < 0.05)
    #expect(abs(Double(dropped) / Double(deep) - 0.5) < 0.05)
    let old = #"{"families":"training","widths":[8],"budgets":[50,60],"operations":1e9}"#
    let read = try JSONDecoder().decode(DrawnRange.self, from: Data(old.utf8))
    #expect(read == DrawnRange(widths: [8], budgets: 50...60, operations: 1e9))
  }

  @Test(
    "Every sampled problem is valid, below the cap and of its range",
    arguments: [
      DrawnRange(), DrawnRange(families: .heldOut), DrawnRange(widths: [256], operations: 800e6),
      DrawnRange(budgets: 50...50), DrawnRange(budgets: 1...1, operations: 4 * 6 * 4096),
      DrawnRange(budgets: 2000...2000, optimizer: .scheduleFreeAdamW(), operations: 500e6),
    ])
  func caps(range: DrawnRange) throws {
    let problems = (0..<UInt64(500)).map { DrawnProblem.sampled(seed: $0, from: range) }
    for problem in problems { try problem.validate() }
    #expect(
      problems.allSatisfy { $0.operations <= range.operations && range.budgets.contains($0.stepBudget) })
    #expect(problems.allSatisfy { range.widths.contains($0.network.width) && (8...64).contains($0.inputs) })
    #expect(problems.allSatisfy { $0.family.isHeldOut == (range.families == .heldOut) })
    #expect(problems.allSatisfy { range.optimizer == nil || $0.optimizer == range.optimizer })
    #expect(problems.allSatisfy { $0.usualLearningRate == $0.optimizer.usualLearningRate })
    #expect(problems.allSatisfy { $0.network.convolutions == 0 || $0.family == .pictures })
  }

  @Test(
    "A reach lets problems above the cap through, each octave at the price of one, and changes none below")
  func reach() throws {
    let range = DrawnRange(batchSizes: [4, 64], operations: 20e6, reach: 8)
    let problems = (0..<UInt64(4000)).map { DrawnProblem.sampled(seed: $0, from: range) }
    for problem in problems { try problem.validate() }
    #expect(Set(problems.map(\.batchSize)) == [4, 64])
    let excess = problems.map { $0.operations / range.operations }
    #expect(excess.allSatisfy { $0 <= 8 })
    // Without the reach's rule there would be more of the larger ones: sizes are spread over many octaves.
    let octaves: [Double] = [0.5, 1, 2, 4].map { low in
      excess.filter { $0 > low && $0 <= 2 * low }.reduce(0, +)
    }
    #expect(octaves.allSatisfy { $0 > 0.5 * octaves[0] && $0 < 2 * octaves[0] }, "\(octaves)")
  }

  @Test("A share of the problems are pictures with convolutions")
  func convolutions() throws {
    let range = DrawnRange(operations: 2e9, convolutions: 0.5)
    let problems = (0..<UInt64(1000)).map { DrawnProblem.sampled(seed: $0, from: range) }
    for problem in problems { try problem.validate() }
    let plain = (0..<UInt64(1000)).map { DrawnProblem.sampled(seed: $0, from: DrawnRange(operations: 2e9)) }
    func count(_ problems: [DrawnProblem]) -> Int { problems.count { $0.network.convolutions > 0 } }
    #expect(count(problems) > 200 && count(problems) > 4 * count(plain))
  }

  @Test("Depths and initial weights are spread over what the range allows")
  func networks() throws {
    let range = DrawnRange(layers: 2...8, initialScales: 0.25...0.5, operations: 2e9)
    let networks = try (0..<UInt64(1000)).map { seed in
      let problem = DrawnProblem.sampled(seed: seed, from: range)
      try problem.validate()
      return problem.network
    }
    #expect(Set(networks.map(\.layers)) == Set(2...8))
    #expect(networks.allSatisfy { (0.25...0.5).contains($0.initialScale) })
    // Half of a log-uniform spread lies below the geometric mean.
    let low = networks.count { $0.initialScale < 0.125.squareRoot() }
    #expect(abs(Double(low) / 1000 - 0.5) < 0.06)
    #expect(throws: DrawnProblemError.self) { try DrawnRange(layers: 0...17).validate() }
    #expect(throws: DrawnProblemError.self) { try DrawnRange(initialScales: 0...1).validate() }
  }

  @Test("Training and held-out families are apart, and each family comes up")
  func families() {
    let heldOut = (0..<UInt64(100)).map {
      DrawnProblem.sampled(seed: $0, from: DrawnRange(families: .heldOut)).family
    }
    let training = Set(Self.sampled.map(\.family))
    #expect(Set(heldOut) == [.teacherNetwork, .spirals, .teacherRegression])
    #expect(training.isDisjoint(with: heldOut) && training.count == 9)
  }

  @Test("The seed decides the problem, and the optimizer of the range changes nothing else")
  func determinism() {
    #expect(DrawnProblem.sampled(seed: 7, from: DrawnRange()) == Self.sampled[7])
    #expect(Set(Self.sampled.map(\.trainCount)).count > 1000)
    #expect(Set(Self.sampled.map(\.network.convolutions)) == [0, 1, 2])
    var fixed = DrawnProblem.sampled(seed: 7, from: DrawnRange(optimizer: .adam()))
    fixed.optimizer = Self.sampled[7].optimizer
    fixed.usualLearningRate = Self.sampled[7].usualLearningRate
    #expect(fixed == Self.sampled[7])
  }

  @Test("Operations count each padded weight six times an example")
  func operations() {
    var problem = DrawnExample.problem(.pictures, convolutions: 2)
    // 5 x 5 pixels: 3 x 3 places of 16 x 16 weights, 2 x 2 of 144 x 32, then 128 x 32, 32 x 32 and 32 x 16.
    let weights = 9 * 16 * 16 + 4 * 144 * 32 + 128 * 32 + 32 * 32 + 32 * 16
    #expect(problem.operations == Double(6 * weights * 16 * 100))
    problem.network = DrawnNetwork(layers: 0, width: 8)
    #expect(problem.operations == Double(6 * 32 * 16 * 16 * 100))
  }

  @Test("Problems and ranges survive JSON")
  func coding() throws {
    let range = DrawnRange(
      families: .heldOut, widths: [3], budgets: 5...9, batchSizes: [2, 4], optimizer: .adamW(decay: 0.1),
      operations: 1e9, reach: 3)
    #expect(try JSONDecoder().decode(DrawnRange.self, from: JSONEncoder().encode(range)) == range)
    let pictures = DrawnRange(convolutions: 0.3)
    #expect(try JSONDecoder().decode(DrawnRange.self, from: JSONEncoder().encode(pictures)) == pictures)
    for problem in Self.sampled.prefix(50) {
      #expect(try JSONDecoder().decode(DrawnProblem.self, from: JSONEncoder().encode(problem)) == problem)
    }
  }

  @Test("Names tell the data and the network")
  func names() {
    #expect(DrawnExample.problem(.rings).name == "rings, MLP 2x32 relu")
    #expect(DrawnExample.problem(.pictures, convolutions: 1).name == "pictures, 1 conv MLP 2x32 relu")
  }

  @Test("Bad problems and ranges are refused, by the property's name")
  func refusals() {
    func refuses(_ name: String, _ change: (inout DrawnProblem) -> Void) {
      var problem = DrawnExample.problem(.parity)
      change(&problem)
      #expect("\(name)") { try problem.validate() } throws: { "\($0)".contains(" \(name) ") }
    }
    refuses("classes") { $0.classes = 3 }
    refuses("classes") { $0.family = .linearRegression }
    refuses("inputs") { $0.inputs = 5 }
    refuses("inputs") { ($0.family, $0.inputs) = (.pictures, 24) }
    refuses("conditioning") { $0.conditioning = .nan }
    refuses("network.convolutions") { $0.network.convolutions = 1 }
    refuses("inputs") { $0.inputs = .max }
    refuses("network.width") { $0.network.width = 1 << 40 }
    refuses("trainCount") { $0.trainCount = 1 << 40 }
    refuses("optimizer") { $0.optimizer = .adam(beta1: 2) }
    #expect(throws: DrawnProblemError.self) { try DrawnRange(widths: []).validate() }
    #expect(throws: DrawnProblemError.self) { try DrawnRange(widths: [1 << 40]).validate() }
    #expect(throws: DrawnProblemError.self) { try DrawnRange(budgets: 50...(.max)).validate() }
    #expect(throws: DrawnProblemError.self) { try DrawnRange(optimizer: .adam(beta1: 2)).validate() }
    #expect(throws: DrawnProblemError.self) { try DrawnRange(operations: 1e6).validate() }
    #expect(throws: DrawnProblemError.self) { try DrawnRange(batchSizes: []).validate() }
    #expect(throws: DrawnProblemError.self) { try DrawnRange(batchSizes: [0]).validate() }
    #expect(throws: DrawnProblemError.self) { try DrawnRange(reach: 0.5).validate() }
    #expect(throws: DrawnProblemError.self) { try DrawnRange(convolutions: 1.5).validate() }
    #expect(throws: DrawnProblemError.self) {
      try DrawnRange(families: .heldOut, convolutions: 0.1).validate()
    }
  }
}
