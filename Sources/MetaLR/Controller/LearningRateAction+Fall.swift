extension LearningRateAction {
  /// What the fall alone leaves of the rate after a share of the run, from 1 before it begins to 0.001 at the end.
  func remainder(at progress: Double) -> Double {
    fall > 0 ? min(1, max((1 - progress) / fall, 1e-3)) : 1
  }
}

extension RunHistory {
  /// The factor by which the fall of an action lowers the rate of the latest interval for the next one.
  ///
  /// It is 1 where the length of the run is hidden.
  func fall(of action: LearningRateAction) -> Double {
    guard action.fall > 0, !hidden.contains(.budget), let latest else { return 1 }
    let before = Double(latest.step - intervalSteps) / Double(latest.stepBudget)
    return action.remainder(at: latest.progress) / action.remainder(at: before)
  }
}
