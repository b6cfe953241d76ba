import Randomness
extension PPOLearner {
  public mutating func update(
    episodes: [Episode], groups: [Int], threads: Int, using generator: inout SeededGenerator
  ) throws(PPOError) -> UpdateStatistics { try update(episodes: episodes, using: &generator) }
}
