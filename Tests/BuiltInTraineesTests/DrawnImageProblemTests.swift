import Datasets
import NeuralNet
import Testing

@testable import BuiltInTrainees

@Suite("Drawn problems of the image classifier")
struct DrawnImageProblemTests {
  private static let range = DrawnRange(
    budgets: 50...500, batchSizes: [4, 64], trainCounts: 64...256, validationCount: 32, operations: 50e6,
    reach: 5, averaging: 0.5)

  @Test("The range bounds them, and each choice comes up")
  func sampling() throws {
    let problems = (0..<UInt64(400)).map { DrawnImageProblem.sampled(seed: $0, from: Self.range) }
    for problem in problems {
      try problem.pictures.validate()
      #expect((144...784).contains(problem.pictures.inputs))
      #expect((64...256).contains(problem.pictures.trainCount) && problem.pictures.validationCount == 32)
    }
    #expect(Set(problems.map(\.model)).count == 8)
    #expect(Set(problems.map(\.pictures.batchSize)) == [4, 64])
    #expect(Set(problems.map(\.pictures.optimizer.name)).count == 5)
    let averaged = problems.count { $0.pictures.averaging != .none }
    #expect(averaged > 150 && averaged < 250)
    let operations = try problems.map { problem in
      let side = Pictures.side(inputs: problem.pictures.inputs)
      let model = try problem.model.model(
        input: Model.Shape(channels: 1, height: side, width: side), classes: problem.pictures.classes)
      let steps = Double(problem.pictures.batchSize) * Double(problem.pictures.stepBudget)
      return 2 * Double(model.trainingMultiplyAdds) * steps
    }
    #expect(operations.allSatisfy { $0 <= 5e9 } && operations.contains { $0 > 1e9 })
  }

  @Test("A range that no problem fits, or with more examples than memory, is refused")
  func refused() throws {
    var range = DrawnRange(budgets: 50...500, batchSizes: [4, 64], operations: 20e6, images: 0.1)
    try range.validate()
    try DrawnImageProblem.sampled(seed: 1, from: range).pictures.validate()
    // Enough for a linear model, not for a network of 20,000 multiplications an example.
    range.budgets = 200_000...200_000
    range.operations = 5e9
    #expect(throws: DrawnProblemError.self) { try range.validate() }
    range.images = 0
    try range.validate()
    for counts in [0...10, 10...200_000] {
      #expect(throws: DrawnProblemError.self) { try DrawnRange(trainCounts: counts).validate() }
    }
    #expect(throws: DrawnProblemError.self) { try DrawnRange(validationCount: 0).validate() }
  }

  @Test("The same problem has the same pictures, apart in three splits, with pixels over the whole range")
  func data() {
    let problem = DrawnImageProblem.sampled(seed: 3, from: Self.range)
    let (data, again) = (problem.data(), problem.data())
    #expect(data.train.images.pixels == again.train.images.pixels)
    #expect(data.train.count == problem.pictures.trainCount && data.validation.count == 32)
    #expect(Set(data.train.indices).isDisjoint(with: data.validation.indices))
    #expect(data.classes == problem.pictures.classes)
    let pixels = data.train.images.pixels.map(Int.init)
    #expect(abs(pixels.reduce(0, +) / pixels.count - 128) < 64)
    #expect((pixels.max() ?? 0) > 180 && (pixels.min() ?? 255) < 110)
    let other = DrawnImageProblem.sampled(seed: 4, from: Self.range)
    #expect(other != problem)
  }
}
