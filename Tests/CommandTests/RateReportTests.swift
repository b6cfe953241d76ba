import Foundation
import MetaLR
import Testing

@testable import Command
@testable import Experiments

@Suite("What a range test and a comparison show")
struct RateReportTests {
  static let trainee = ProblemDescription(
    dataset: "shapes", datasetHash: "", splitSizes: [], model: "LeNet-5", optimizer: "adam", batchSize: 20)

  @Test("The picture has room for every curve that it shows, up to a little above the first loss")
  func range() throws {
    let losses: [(train: Double, validation: Double)] = [(2, 2.4), (1.5, 1), (1.8, 900)]
    let curve = RateCurve(
      seed: 0,
      points: losses.enumerated().map { index, loss in
        RateCurve.Point(
          rate: Double(index + 1), loss: loss.train, smoothLoss: loss.train, validationLoss: loss.validation)
      })
    let survey = RateReport.Survey(trainee: Self.trainee, survey: RateSurvey([curve], rates: [1, 2, 3]))
    let shown = try #require(RateReport([survey], validation: true).lossRange)
    #expect(shown.contains(1) && shown.contains(2.4) && shown.upperBound < 4)
    let training = try #require(RateReport([survey], validation: false).lossRange)
    #expect(!training.contains(1) && training.contains(1.5))
  }

  @Test("A method without a suggestion is a row that says so, and its reason stands below")
  func missing() throws {
    let row = ComparedRuns(
      contender: "find-rate", priorSteps: 0,
      search: [SearchResult("range test", curve: RateCurve(seed: 0))], isGivenInitialRate: false,
      runs: MethodRuns(method: "find-rate", initialLearningRate: .nan, runs: []),
      missing: "the loss never falls.")
    let report = ComparisonReport([
      TaskResults(trainee: Self.trainee, plan: RunPlan(), searchSeeds: 1, runs: [row])
    ])
    #expect(report.text.contains("\nfind-rate: no rate suggested\n"))
    #expect(report.text.contains("\nfind-rate suggests no rate: the loss never falls.\n"))
    let folder = try TemporaryFolder()
    for path in try report.write(to: folder.path) where !path.hasSuffix("tensorboard") {
      #expect(FileManager.default.fileExists(atPath: path), "\(path)")
    }
  }
}
