/// How much better each episode did than the others of its group: problem, seed and initial rate are the same, so that
/// the group's mean is the baseline.
///
///     advantage = clip((return - mean of the group) / (deviation of the group + 0.05), -4, 4)
///
/// then brought to mean 0 and deviation 1 over all steps of the update. Shao et al. (2024, arXiv 2402.03300, section 4.1).
struct GroupAdvantages {
  /// One an episode.
  let values: [Float]

  private static let scaleFloor = 0.05
  private static let bound = 4.0

  /// - Parameters:
  ///   - episodes: What was played.
  ///   - groups: The group of each episode.
  init(_ episodes: [Episode], groups: [Int]) {
    precondition(episodes.count == groups.count, "\(episodes.count) episodes have \(groups.count) groups")
    let returns = episodes.map { Double($0.totalReward) }
    var members: [Int: [Int]] = [:]
    for (episode, group) in groups.enumerated() { members[group, default: []].append(episode) }
    var raw = [Double](repeating: 0, count: episodes.count)
    for episodes in members.values {
      let count = Double(episodes.count)
      let mean = episodes.reduce(0) { $0 + returns[$1] } / count
      let variance = episodes.reduce(0) { $0 + (returns[$1] - mean) * (returns[$1] - mean) } / count
      for episode in episodes {
        let scaled = (returns[episode] - mean) / (variance.squareRoot() + Self.scaleFloor)
        raw[episode] = min(max(scaled, -Self.bound), Self.bound)
      }
    }
    let steps = episodes.map { Double($0.stepCount) }
    let total = steps.reduce(0, +)
    let mean = zip(raw, steps).reduce(0) { $0 + $1.0 * $1.1 } / total
    let variance = zip(raw, steps).reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1 } / total
    values = raw.map { Float(($0 - mean) / (variance.squareRoot() + 1e-6)) }
  }
}
