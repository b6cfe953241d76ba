import NeuralNet

extension PPOLearner {
  /// Whether the parts of a learner read from a file fit each other, and updates can go on from its counts.
  public var isConsistent: Bool {
    let counts = 0...RunningStatistics.largestCount
    return (try? configuration.validate()) != nil && counts.contains(updateCount)
      && Self.fits(actorOptimizer, policy.actorParameters.count)
      && Self.fits(criticOptimizer, policy.criticParameters.count)
  }

  /// Adam has a mean and a variance for each parameter.
  private static func fits(_ state: Optimizer.State, _ count: Int) -> Bool {
    (0...Int64(RunningStatistics.largestCount)).contains(state.step) && state.slots.count == 2
      && state.slots.allSatisfy { $0.count == count && $0.allSatisfy(\.isFinite) }
      && state.slots[1].allSatisfy { $0 >= 0 }
  }
}
