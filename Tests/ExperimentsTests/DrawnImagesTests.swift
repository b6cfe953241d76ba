import BuiltInTrainees
import Experiments
import MetaLR
import Testing

@Suite("Sampled problems of the image classifier")
struct DrawnImagesTests {
  private static func problems(images: Double) throws -> [Problem] {
    let range = DrawnRange(
      budgets: 50...60, batchSizes: [64], trainCounts: 20...40, validationCount: 16, images: images)
    let problems = try DrawnProblems(range)
    return (0..<40).map { problems.problem($0, seed: 5) }
  }

  private static func isOfImages(_ problem: Problem) -> Bool {
    problem.description.model.hasPrefix("LeNet") || problem.description.model.hasPrefix("Small CNN")
  }

  @Test("Their share of the problems is what the range says, and the other problems stay what they are")
  func share() throws {
    let (none, half) = (try Self.problems(images: 0), try Self.problems(images: 0.5))
    let count = half.count(where: Self.isOfImages)
    #expect(count > 10 && count < 30, "\(count)")
    #expect(!none.contains(where: Self.isOfImages))
    for (before, after) in zip(none, half) where !Self.isOfImages(after) {
      #expect(before.description == after.description)
    }
  }

  @Test(
    "A run lasts as long as the budget, also where a batch is larger than the split; a trainee of another kind is replaced"
  )
  func run() throws {
    let problems = try Self.problems(images: 0.5)
    let image = try #require(problems.first(where: Self.isOfImages))
    let other = try #require(problems.first { !Self.isOfImages($0) })
    let trainee = try image.trainee(other.trainee(nil))
    var rates = ConstantRate(image.usualLearningRate)
    let run = try TrainingRun(
      of: trainee, ratesFrom: &rates, seed: 1, initialLearningRate: image.usualLearningRate,
      plan: image.plan)
    #expect(run.observations.last?.step == image.plan.stepBudget)
    #expect(run.observations.count == Problem.drawnDecisions + 1)
    #expect(try other.trainee(trainee) is DrawnTrainee)
  }
}
