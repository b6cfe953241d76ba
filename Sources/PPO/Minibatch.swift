import Randomness

/// Steps gathered for one optimizer step: B steps of D observation and A action entries.
struct Minibatch {
  /// What the policy saw (B, D).
  var observations: [Float] = []
  /// What it did (B, A).
  var actions: [Float] = []
  /// Log density of each action when it was drawn (B).
  var logProbabilities: [Float] = []
  /// How much better each action did than expected (B).
  var advantages: [Float] = []
  /// The critic's targets (B).
  var returns: [Float] = []
  /// Steps that follow each other in one episode, from its beginning; one range over everything where order does not
  /// matter.
  var sequences: [Range<Int>] = []

  /// Number of steps, B.
  var count: Int { advantages.count }

  /// Brings the advantages to mean 0 and standard deviation 1 (over B - 1, plus 1e-8, as in Stable-Baselines3); one
  /// step alone is left as it is.
  mutating func normalizeAdvantages() {
    guard count > 1 else { return }
    let mean = advantages.reduce(0.0) { $0 + Double($1) } / Double(count)
    let squares = advantages.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    let deviation = (squares / Double(count - 1)).squareRoot() + 1e-8
    for index in advantages.indices {
      advantages[index] = Float((Double(advantages[index]) - mean) / deviation)
    }
  }
}

/// All the steps of an update, episode after episode, and how they are dealt into minibatches.
struct Rollout {
  /// Every step, in order; one sequence an episode.
  private(set) var steps = Minibatch()
  /// What the critic said when the episodes were played.
  private(set) var values: [Float] = []
  private let observationCount: Int
  private let actionCount: Int

  init(_ episodes: [Episode], for policy: ActorCritic, discount: Double, gaeLambda: Double) {
    observationCount = policy.observationCount
    actionCount = policy.actionCount
    for episode in episodes {
      let estimate = episode.advantages(discount: discount, gaeLambda: gaeLambda)
      steps.sequences.append(steps.count..<steps.count + episode.stepCount)
      steps.observations += episode.observations
      steps.actions += episode.actions
      steps.logProbabilities += episode.logProbabilities
      steps.advantages += estimate.advantages
      steps.returns += estimate.returns
      values += episode.values
    }
  }

  /// Brings the advantages of all steps together to mean 0 and standard deviation 1.
  mutating func normalizeAdvantages() { steps.normalizeAdvantages() }

  /// See ``UpdateStatistics/explainedVariance``.
  var explainedVariance: Double? {
    let residuals = zip(steps.returns, values).map { $0 - $1 }
    let total = variance(steps.returns)
    return total > 0 ? 1 - variance(residuals) / total : nil
  }

  /// All steps in a new random order, dealt into `count` parts whose sizes differ by at most one; the order is of whole
  /// episodes when `wholeEpisodes`, of single steps otherwise.
  func minibatches(
    _ count: Int, wholeEpisodes: Bool, using generator: inout SeededGenerator
  ) -> [Minibatch] {
    let units = wholeEpisodes ? steps.sequences.count : steps.count
    let order = generator.nextPermutation(of: units)
    let parts = min(count, units)
    return (0..<parts).map { part in
      var minibatch = Minibatch()
      for unit in order[units * part / parts..<units * (part + 1) / parts] {
        let range = wholeEpisodes ? steps.sequences[Int(unit)] : Int(unit)..<Int(unit) + 1
        if wholeEpisodes { minibatch.sequences.append(minibatch.count..<minibatch.count + range.count) }
        append(range, to: &minibatch)
      }
      if !wholeEpisodes { minibatch.sequences = [0..<minibatch.count] }
      return minibatch
    }
  }

  private func append(_ range: Range<Int>, to minibatch: inout Minibatch) {
    let (first, last) = (range.lowerBound, range.upperBound)
    minibatch.observations += steps.observations[first * observationCount..<last * observationCount]
    minibatch.actions += steps.actions[first * actionCount..<last * actionCount]
    minibatch.logProbabilities += steps.logProbabilities[range]
    minibatch.advantages += steps.advantages[range]
    minibatch.returns += steps.returns[range]
  }

  private func variance(_ values: [Float]) -> Double {
    var statistics = RunningStatistics(size: 1)
    for value in values { statistics.add(CollectionOfOne(value)) }
    return statistics.variance[0]
  }
}
