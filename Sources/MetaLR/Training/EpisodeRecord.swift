/// What one training episode came to.
public struct EpisodeRecord: Codable, Sendable, Equatable {
  /// Number of the episode, from 0.
  public let episode: Int
  /// The problem: "fashion, LeNet-5, adam, batch 200".
  public let problem: String
  /// Optimizer steps, looks included.
  public let steps: Int
  /// The seed of weights and data order.
  public let seed: UInt64
  /// The rate that the episode began with.
  public let initialLearningRate: Double
  /// The rate of the last interval.
  public let finalLearningRate: Double
  /// The highest rate of all intervals.
  public let highestLearningRate: Double
  /// Sum of the rewards, neither discounted nor scaled.
  public let totalReward: Double
  /// The lowest finite validation loss.
  public let bestValidationLoss: Double
  /// The last validation loss; the greatest finite number stands for one that is not finite.
  public let finalValidationLoss: Double
  /// Whether the episode ended early because its loss was not finite or above the bound.
  public let hasDiverged: Bool

  init(_ start: EpisodeStart, course: RunCourse, totalReward: Double) {
    let observations = course.observations
    let rates = observations.dropFirst().map(\.learningRate)
    let losses = observations.dropFirst().map(\.validationLoss).filter(\.isFinite)
    let lastLoss = observations.last?.validationLoss ?? .infinity
    episode = start.number
    steps = observations.last?.step ?? 0
    problem = start.problem.description.label
    seed = start.seed
    initialLearningRate = start.initialLearningRate
    finalLearningRate = rates.last ?? start.initialLearningRate
    highestLearningRate = rates.max() ?? start.initialLearningRate
    self.totalReward = totalReward
    // JSON, which the state is saved as, has no infinity.
    bestValidationLoss = losses.min() ?? .greatestFiniteMagnitude
    finalValidationLoss = lastLoss.isFinite ? lastLoss : .greatestFiniteMagnitude
    hasDiverged = course.hasDiverged
  }
}
