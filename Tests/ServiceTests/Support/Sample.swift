import Foundation
import Logging
import MetaLR
import Metrics
import Randomness

@testable import Service

/// Controllers, observations and folders for tests.
enum Sample {
  /// A controller that was never trained but is not indifferent: its weights are scaled up.
  static func checkpoint(seed: UInt64 = 1, actor: NetworkShape = .lstm(hidden: 4)) throws -> Checkpoint {
    var generator = SeededGenerator(seed: seed)
    let count = FeatureList.extended.count
    let fresh = try ActorCritic(
      configuration: ActorCritic.Configuration(observationCount: count, actor: actor), using: &generator)
    let policy = try ActorCritic(
      configuration: fresh.configuration, actorParameters: fresh.actorParameters.map { $0 * 3 },
      criticParameters: fresh.criticParameters)
    let statistics = RunningStatistics(
      count: 100, mean: [0, 0, -3, -8, 0, -4, -6, 0.5],
      squaredDeviations: [100, 100, 100, 400, 1, 100, 400, 10])
    return Checkpoint(
      controller: Controller(
        features: .extended, action: LearningRateAction(),
        normalizer: ObservationNormalizer(statistics: statistics, clip: 10), policy: policy),
      card: ControllerCard(
        problems: DistributionDescription(
          name: "list",
          problems: [
            ProblemDescription(
              dataset: "none", datasetHash: "none", splitSizes: [1, 1, 1], model: "none", optimizer: "none",
              batchSize: 1)
          ]), training: ControllerTraining.Configuration(), episodes: 0, steps: 0, evaluation: []))
  }

  /// A new folder with the sample controller under the name "sample".
  static func folder() throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/metalr-service-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path + "/checkpoints", withIntermediateDirectories: true)
    try checkpoint().write(to: path + "/checkpoints/sample.ckpt")
    return path
  }

  /// A healthy run: the loss falls like 2 / (1 + step / 100).
  static func observation(_ step: Int, noise: Double = 0) -> ReportedObservation {
    let loss = 2 / (1 + Double(step) / 100) + noise
    return ReportedObservation(
      step: step,
      measures: [
        .trainLoss: Reading(loss * 0.9), .validationLoss: Reading(loss), .predictionVariance: Reading(0.05),
        .predictionChangeVariance: Reading(step == 0 ? 0 : 0.001), .weightMean: Reading(0.01),
        .weightVariance: Reading(0.02),
      ])
  }

  static func store(
    _ folder: String, guardian: Guardian.Configuration = .init(), fallback: ServiceFallback? = nil,
    learns: Bool = false,
    clock: @escaping @Sendable () -> Int64 = Timestamp.now,
    afterCommit: @escaping @Sendable ([RunEvent]) -> Void = { _ in }
  ) throws -> RunStore {
    try RunStore(
      path: folder + "/runs.sqlite", metrics: StoreMetrics(PrometheusRegistry()),
      logger: Logger(label: "test") { LineLogHandler(label: $0, format: .text, level: .critical) },
      rules: RunRules(
        guardian: Guardian(configuration: guardian), fallback: fallback, learns: learns), clock: clock,
      afterCommit: afterCommit)
  }
}
