/// Which inputs drove one decision of a controller.
public struct Explanation: Sendable, Equatable {
  /// Optimizer steps done before.
  public let step: Int
  /// Whether it was a look before the first step.
  public let isLook: Bool
  /// The rate before the decision.
  public let learningRate: Double
  /// The rate after it.
  public let nextLearningRate: Double
  /// The inputs' values before normalization, in the order of the controller's features; nil for absent ones.
  public let values: [Float?]
  /// For each input the change of the rate's natural logarithm that is owed to it: the decision's, less that of the same
  /// memory with this input alone at its mean over the controller's training.
  public let influences: [Double]
}

extension Controller {
  /// What drives the decision on a run so far, which `state` is the memory of before it.
  func explanation(
    of history: RunHistory, state: RecurrentState, from rate: Double, scale: Double
  ) -> Explanation? {
    guard let latest = history.latest else { return nil }
    let values = features.values(of: history)
    let inputs = inputs(of: values)
    func nextRate(_ inputs: [Float]) -> Double {
      var state = state
      let mean = policy.meanAction(observation: inputs, state: &state)
      return action.nextRate(from: rate, action: Double(mean[0]), logScale: scale)
    }
    let next = nextRate(inputs)
    let influences = inputs.indices.map { index in
      var without = inputs
      without[index] = 0
      return safeLog(next) - safeLog(nextRate(without))
    }
    return Explanation(
      step: latest.step, isLook: history.isLook, learningRate: rate, nextLearningRate: next, values: values,
      influences: influences)
  }
}
