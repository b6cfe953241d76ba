import Randomness

/// Draws the actions of an episode: the first ones as every episode of its group does, the others by itself.
struct Exploration: Sendable {
  /// Draws the action of the decision that was begun last.
  var generator: SeededGenerator
  private let own: SeededGenerator
  private let sharedDecisions: Int

  /// - Parameters:
  ///   - own: Draws what the episode does not share.
  ///   - shared: Draws the shared decisions, the same in every episode of the group.
  ///   - sharedDecisions: How many decisions of the beginning are shared, looks included; at least 0.
  init(own: SeededGenerator, shared: SeededGenerator? = nil, sharedDecisions: Int = 0) {
    generator = shared ?? own
    self.own = own
    self.sharedDecisions = sharedDecisions
  }

  /// Must be called before each decision, numbered from 0.
  mutating func begin(decision: Int) {
    if decision == sharedDecisions { generator = own }
  }
}
