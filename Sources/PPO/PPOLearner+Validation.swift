extension PPOLearner {
  /// Checks that every episode fits itself and the policy, and that all its numbers are finite.
  func validate(_ episodes: [Episode]) throws(PPOError) {
    guard episodes.contains(where: { $0.stepCount > 0 }) else { throw .noSteps }
    for (index, episode) in episodes.enumerated() {
      let steps = episode.stepCount
      func requireCount(_ what: String, _ found: Int, _ expected: Int) throws(PPOError) {
        guard found == expected else {
          throw .malformedEpisode(
            episode: index, problem: "has \(found) \(what) where \(expected) are expected")
        }
      }
      try requireCount("steps", steps, max(steps, 1))
      try requireCount("numbers an observation", episode.observationCount, policy.observationCount)
      try requireCount("numbers an action", episode.actionCount, policy.actionCount)
      let quantities = [
        ("observation", episode.observations, policy.observationCount),
        ("action", episode.actions, policy.actionCount),
        ("log probability", episode.logProbabilities, 1),
        ("reward", episode.rewards, 1), ("value", episode.values, 1),
      ]
      for (name, numbers, width) in quantities {
        try requireCount("\(name) numbers", numbers.count, steps * width)
        if let bad = numbers.firstIndex(where: { !$0.isFinite }) {
          throw .nonFinite(quantity: "\(name) of episode \(index)", step: bad / width)
        }
      }
      guard episode.bootstrapValue.isFinite else {
        throw .nonFinite(quantity: "bootstrap value of episode \(index)", step: steps)
      }
    }
  }
}
