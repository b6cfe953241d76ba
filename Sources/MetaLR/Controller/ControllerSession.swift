/// A controller at work on one training run, from its first observation to its last.
public struct ControllerSession: RateSource, Sendable {
  /// The controller at work.
  public let controller: Controller
  /// What a recurrent actor remembers of the run; empty for others.
  public private(set) var state: RecurrentState

  /// Begins a run, or goes on with one whose `state` was kept.
  public init(controller: Controller, state: RecurrentState? = nil) {
    self.controller = controller
    self.state = state ?? controller.policy.initialState
  }

  /// Decides the rate of the next interval, without exploration.
  ///
  /// - Parameter observation: The latest reading; one that is not finite leaves rate and memory as they are.
  /// - Returns: The rate per optimizer step, within the controller's bounds.
  public mutating func nextLearningRate(after observation: Observation) -> Double {
    guard observation.isFinite else { return observation.learningRate }
    let action = controller.policy.meanAction(
      observation: controller.features(of: observation), state: &state)
    return controller.action.nextRate(from: observation.learningRate, action: Double(action[0]))
  }

  /// The next rate, held for the whole interval.
  public mutating func learningRates(after observation: Observation, steps: Int) -> [Double] {
    Array(repeating: nextLearningRate(after: observation), count: steps)
  }
}
