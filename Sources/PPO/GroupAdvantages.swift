/// How much better each episode did from each step on than the others of its group: problem, seed and initial rate are the
/// same, so that the group is the baseline.
///
/// With R the return and V the value of a step (what the episode was worth before it), both less their means over the
/// group and over the group's deviation of R + 0.05:
///
///     advantage = clip(R - slope V, -4, 4)
///
/// then brought to mean 0 and deviation 1 over all steps of the update. Steps before the actions of a group first differ
/// teach nothing: they have advantage 0 and count nowhere. The slope is fitted to all groups together, for
/// four steps at a time: what an episode had come to before an action is not owed to the action, and is left out as far
/// as it foretells the return. Shao et al. (2024, arXiv 2402.03300, section 4.1) have the first part; the second is a
/// control variate (Greensmith, Bartlett and Baxter, 2004).
struct GroupAdvantages {
  /// One a step of each episode.
  let values: [[Float]]
  /// The share of the variance of R that V explains, over all steps.
  let explainedVariance: Double

  private static let scaleFloor = 0.05
  private static let bound = 4.0
  /// Steps that have one slope.
  private static let slopeSteps = 4

  /// - Parameters:
  ///   - episodes: What was played; equal values of a step foretell nothing.
  ///   - groups: The group of each episode.
  init(_ episodes: [Episode], groups: [Int]) {
    precondition(episodes.count == groups.count, "\(episodes.count) episodes have \(groups.count) groups")
    var members: [Int: [Int]] = [:]
    for (episode, group) in groups.enumerated() { members[group, default: []].append(episode) }
    var returns = [Double](repeating: 0, count: episodes.count)
    var steps = episodes.map { $0.values.map(Double.init) }
    var firsts = [Int](repeating: 0, count: episodes.count)
    for members in members.values {
      Self.center(&returns, &steps, members, of: episodes)
      let first = Self.firstDifference(members.map { episodes[$0] })
      for member in members { firsts[member] = first }
    }
    let slopes = Self.slopes(returns, steps, from: firsts)
    var (all, left) = (0.0, 0.0)
    let raw = episodes.indices.map { episode in
      steps[episode].indices.dropFirst(firsts[episode]).map { step in
        let value = returns[episode]
        let rest = value - slopes[step / Self.slopeSteps] * steps[episode][step]
        all += value * value
        left += rest * rest
        return min(max(rest, -Self.bound), Self.bound)
      }
    }
    explainedVariance = all > 0 ? 1 - left / all : 0
    let total = Double(max(raw.reduce(0) { $0 + $1.count }, 1))
    let mean = raw.joined().reduce(0, +) / total
    let variance = raw.joined().reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / total
    values = zip(raw, firsts).map { raw, first in
      Array(repeating: 0, count: first) + raw.map { Float(($0 - mean) / (variance.squareRoot() + 1e-6)) }
    }
  }

  /// The first step at which the actions of episodes differ; the length of the shortest where none does, and 0 for an
  /// episode alone.
  private static func firstDifference(_ episodes: [Episode]) -> Int {
    guard episodes.count > 1, let first = episodes.first else { return 0 }
    let width = first.actionCount
    let shortest = episodes.reduce(first.stepCount) { min($0, $1.stepCount) }
    return (0..<shortest * width).first { place in
      episodes.contains { $0.actions[place] != first.actions[place] }
    }.map { $0 / width } ?? shortest
  }

  /// Takes the group's mean from returns and from each step's values, and brings both to the group's scale.
  private static func center(
    _ returns: inout [Double], _ steps: inout [[Double]], _ members: [Int], of episodes: [Episode]
  ) {
    let rewards = members.map { Double(episodes[$0].totalReward) }
    let mean = rewards.reduce(0, +) / Double(members.count)
    let variance = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(members.count)
    let scale = variance.squareRoot() + scaleFloor
    for (member, reward) in zip(members, rewards) { returns[member] = (reward - mean) / scale }
    for step in 0..<(members.map { steps[$0].count }.max() ?? 0) {
      let there = members.filter { step < steps[$0].count }
      let mean = there.reduce(0) { $0 + steps[$1][step] } / Double(there.count)
      for member in there { steps[member][step] = (steps[member][step] - mean) / scale }
    }
  }

  /// Least squares without an intercept, in [0, 1]: what was reached counts at most as much as the return.
  private static func slopes(_ returns: [Double], _ steps: [[Double]], from firsts: [Int]) -> [Double] {
    let count = ((steps.map(\.count).max() ?? 0) + slopeSteps - 1) / slopeSteps
    var (products, squares) = ([Double](repeating: 0, count: count), [Double](repeating: 1e-9, count: count))
    for (episode, value) in returns.enumerated() {
      for (step, worth) in steps[episode].enumerated().dropFirst(firsts[episode]) {
        products[step / slopeSteps] += value * worth
        squares[step / slopeSteps] += worth * worth
      }
    }
    return zip(products, squares).map { min(max($0 / $1, 0), 1) }
  }
}
