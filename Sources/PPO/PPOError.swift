/// Why a learner or a policy refused what it was given.
public enum PPOError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An option outside its range.
  case invalidOption(name: String, value: String, requirement: String)
  /// An update without a single step to learn from.
  case noSteps
  /// An episode whose arrays do not fit each other or the policy.
  case malformedEpisode(episode: Int, problem: String)
  /// A number that is not finite among what the environment or an episode gave; `quantity` names it.
  case nonFinite(quantity: String, step: Int)
  /// A number that is not finite among a network's saved parameters or state.
  case nonFiniteParameter(network: String, index: Int)
  /// A gradient that is not finite; the learner is as it was before the update.
  case nonFiniteGradient(network: String, epoch: Int, minibatch: Int)
  /// Saved parameters or state that do not fit the policy's configuration.
  case mismatchedState(what: String, expected: Int, found: Int)

  /// What happened, to which thing, and the remedy.
  public var description: String {
    switch self {
    case .invalidOption(let name, let value, let requirement):
      "\(name) is \(value). It must be \(requirement)."
    case .noSteps:
      "The update was given no steps. Collect at least one episode of at least one step."
    case .malformedEpisode(let episode, let problem):
      "Episode \(episode) of the update \(problem). Collect it again with this policy."
    case .nonFinite(let quantity, let step):
      "The \(quantity) at step \(step) is not finite. End the episode with a bounded penalty when training "
        + "diverges, and keep observations bounded."
    case .nonFiniteParameter(let network, let index):
      "Number \(index) of the \(network)'s saved parameters or state is not finite. Use an earlier save."
    case .nonFiniteGradient(let network, let epoch, let minibatch):
      "The \(network)'s gradient is not finite (epoch \(epoch), minibatch \(minibatch)); nothing was changed. "
        + "Lower the learning rate, or scale rewards and observations to sizes near 1."
    case .mismatchedState(let what, let expected, let found):
      "The saved \(what) has \(found) numbers; this policy needs \(expected). Use the configuration that it was "
        + "saved with."
    }
  }
}
