extension GuardedController {
  /// Looks before the first step as the controller alone would, within the guardian's bounds.
  ///
  /// - Parameters:
  ///   - observation: The reading at step 0, at the initial rate.
  ///   - state: What is remembered of the run, which has just begun; moves on.
  ///   - look: Takes a trial step at a rate, undoes it, and tells what it saw; nil where that is not possible.
  /// - Returns: The rate to begin with.
  /// - Throws: What `look` throws.
  public func firstLearningRate(
    after observation: Observation, state: inout State, look: (Double) throws -> Observation?
  ) throws -> Double {
    var session = ControllerSession(controller: controller, memory: state.controller)
    let rate = try session.firstLearningRate(after: observation, look: look)
    state.controller = session.memory
    let bounds = guardian.configuration
    return min(max(rate, bounds.minimumLearningRate), bounds.maximumLearningRate)
  }
}
