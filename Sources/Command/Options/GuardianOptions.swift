import ArgumentParser
import MetaLR
import Schedules

/// The guardian over a controller, and what takes over from the controller.
struct GuardianOptions: ParsableArguments {
  @Option(help: "Who decides where the controller is not to be trusted: none, constant, cosine.")
  var fallback: FallbackName = .none

  @Option(help: "The lowest rate.")
  var minimumRate: Double = Guardian.Configuration().minimumLearningRate

  @Option(help: "The highest rate.")
  var maximumRate: Double = Guardian.Configuration().maximumLearningRate

  @Option(help: "The largest factor between one rate and the next.")
  var maximumChange: Double = Guardian.Configuration().maximumChange

  @Option(help: "How many times the median of the recent losses is a spike.")
  var spikeRatio: Double = Guardian.Configuration().spikeRatio

  @Option(help: "Failures in a row that are answered with a rollback, which lowers the rate more each time.")
  var rollbacks: Int = Guardian.Configuration().rollbacks

  @Option(help: "Distance from the controller's training above which the fallback decides.")
  var outOfDistribution: Double = Guardian.Configuration().outOfDistributionThreshold

  var configuration: Guardian.Configuration {
    Guardian.Configuration(
      minimumLearningRate: minimumRate, maximumLearningRate: maximumRate, maximumChange: maximumChange,
      spikeRatio: spikeRatio, rollbacks: rollbacks, outOfDistributionThreshold: outOfDistribution)
  }

  /// The controller under this guardian.
  ///
  /// - Throws: `ConfigurationError` when a threshold is out of its range.
  func guarding(_ controller: Controller) throws -> GuardedController {
    GuardedController(
      controller: controller, guardian: try Guardian(configuration: configuration),
      fallback: fallback.schedule)
  }
}

/// Schedules that can take over from a controller.
enum FallbackName: String, CaseIterable, ExpressibleByArgument {
  case none
  case constant
  case cosine

  var schedule: FallbackSchedule? {
    switch self {
    case .none: nil
    case .constant: .constant
    case .cosine:
      FallbackSchedule(name: rawValue) { step, stepBudget in
        (try? CosineSchedule(initialLearningRate: 1, totalSteps: stepBudget))?.learningRate(at: step) ?? 1
      }
    }
  }
}
