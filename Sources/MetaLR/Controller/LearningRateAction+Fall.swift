extension LearningRateAction {
  /// Takes the fall out of a reading's rate, so that the policy decides on the rate that a run without it would have.
  ///
  /// The factor of an interval is that of its middle; the next interval is taken to be as long as the one before.
  ///
  /// - Parameters:
  ///   - observation: The reading after an interval; its rate is divided by the factor of that interval.
  ///   - history: The run before it.
  /// - Returns: The factor of the next interval, in (0, 1]; 1 where nothing falls, and where the budget is not known.
  func takeFall(outOf observation: inout Observation, after history: RunHistory) -> Double {
    guard fall > 0, !history.hidden.contains(.budget) else { return 1 }
    let steps = Double(observation.step - (history.latest?.step ?? 0))
    let (step, budget) = (Double(observation.step), Double(observation.stepBudget))
    observation.learningRate /= fallFactor(left: (budget - step + steps / 2) / budget)
    return fallFactor(left: (budget - step - min(steps, budget - step) / 2) / budget)
  }

  /// 1 until the fall begins, then in a straight line towards 0 at the end; `left` is the share of the run that is left.
  private func fallFactor(left: Double) -> Double { min(1, max(left, 1e-6) / fall) }
}
