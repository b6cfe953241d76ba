/// How much better each action did than the critic expected, and what the critic should have said.
public struct AdvantageEstimate: Sendable, Equatable {
  /// Generalised advantage estimates, one a step.
  public var advantages: [Float]
  /// The critic's targets, advantage plus value, one a step: the lambda-returns.
  public var returns: [Float]
}

extension Episode {
  /// Generalised advantage estimation (Schulman et al., 2016, arXiv 1506.02438; as in Schulman et al., 2017, equations 11
  /// and 12).
  ///
  ///     delta[t] = reward[t] + discount * value[t + 1] - value[t]
  ///     advantage[t] = delta[t] + discount * gaeLambda * advantage[t + 1]
  ///
  /// `value[T]` is ``bootstrapValue`` and `advantage[T]` is 0.
  ///
  /// - Parameters:
  ///   - discount: Gamma, in [0, 1].
  ///   - gaeLambda: Lambda, in [0, 1]: 0 trusts the critic after one step, 1 trusts the rewards alone.
  /// - Returns: Advantages and returns, one a step.
  public func advantages(discount: Double, gaeLambda: Double) -> AdvantageEstimate {
    var estimate = AdvantageEstimate(
      advantages: Array(repeating: 0, count: stepCount), returns: Array(repeating: 0, count: stepCount))
    var advantage = 0.0
    var nextValue = Double(bootstrapValue)
    for step in stride(from: stepCount - 1, through: 0, by: -1) {
      let value = Double(values[step])
      let delta = Double(rewards[step]) + discount * nextValue - value
      advantage = delta + discount * gaeLambda * advantage
      estimate.advantages[step] = Float(advantage)
      estimate.returns[step] = Float(advantage + value)
      nextValue = value
    }
    return estimate
  }
}
